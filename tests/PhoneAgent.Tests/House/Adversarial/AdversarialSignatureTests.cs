using System.Security.Cryptography;
using System.Text;
using PhoneAgent.Tests.Handlers.Adversarial;
using static PhoneAgent.Tests.House.Adversarial.RelayUnderAttack;

namespace PhoneAgent.Tests.House.Adversarial;

/// <summary>A relay that knows Twilio's token wants the handshake signed as well, over the address it was configured with, whatever a request says of itself.</summary>
[Collection(AloneCollection.Name)]
public sealed class AdversarialSignatureTests(SignedRelayUnderAttack relay) : IClassFixture<SignedRelayUnderAttack>
{
    private const string Refused = "A stream was refused with 403: signature.";
    private const string Origin = "wss://relay.example.net";

    private static readonly Dictionary<string, Func<string, string[]>> Unsigned = new()
    {
        ["unsigned"] = _ => [],
        ["empty signature"] = _ => ["X-Twilio-Signature: "],
        ["garbage signature"] = _ => ["X-Twilio-Signature: AAAA"],
        ["signature of zeros"] = _ => ["X-Twilio-Signature: " + Convert.ToBase64String(new byte[20])],
        ["truncated signature"] = path => [Sign(Origin + path)[..^4]],
        ["signature without its padding"] = path => [Sign(Origin + path).TrimEnd('=')],
        ["signature in small letters"] = path => ["X-Twilio-Signature: " + Sign(Origin + path)["X-Twilio-Signature: ".Length..].ToLowerInvariant()],
        ["two signatures, the first forged"] = path => ["X-Twilio-Signature: AAAA", Sign(Origin + path)],
        ["two signatures, the second forged"] = path => [Sign(Origin + path), "X-Twilio-Signature: AAAA"],
        ["signature under another name"] = path => [Sign(Origin + path).Replace("X-Twilio-Signature", "X_Twilio_Signature", StringComparison.Ordinal)],
        ["signature in a cookie"] = path => [Sign(Origin + path).Replace("X-Twilio-Signature: ", "Cookie: X-Twilio-Signature=", StringComparison.Ordinal)],
        ["SHA-256 instead of SHA-1"] = path => ["X-Twilio-Signature: " + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(AuthToken), Encoding.UTF8.GetBytes(Origin + path)))],
        ["wrong token"] = path => [Sign(Origin + path, "another-token")],
        ["token in capitals"] = path => [Sign(Origin + path, AuthToken.ToUpperInvariant())],
        ["account as token"] = path => [Sign(Origin + path, RelayOnLoopback.AccountSid)],
        ["ticket key as token"] = path => [Sign(Origin + path, RelayOnLoopback.TicketKey)],
        ["right token, another host"] = path => [Sign("wss://evil.example.net" + path)],
        ["right token, host in capitals"] = path => [Sign("wss://RELAY.example.net" + path)],
        ["right token, another scheme"] = path => [Sign("ws://relay.example.net" + path)],
        ["right token, plain http"] = path => [Sign("http://relay.example.net" + path)],
        ["right token, another port"] = path => [Sign("wss://relay.example.net:8443" + path)],
        ["right token, port 80"] = path => [Sign("wss://relay.example.net:80" + path)],
        ["right token, another path"] = path => [Sign(Origin + path.Replace("/stream", "/streams", StringComparison.Ordinal))],
        ["right token, two trailing slashes"] = path => [Sign(Origin + path + "//")],
        ["right token, a query"] = path => [Sign(Origin + path + "?a=1")],
        ["right token, no path"] = _ => [Sign(Origin)],
        ["right token, no ticket"] = path => [Sign(Origin + path[..path.LastIndexOf('/')])],
        ["right token, another ticket of the call"] = path => [Sign(Origin + Path(path.Split('/')[2]))],
        ["right token, another call"] = path => [Sign(Origin + Path(NewCall(), path.Split('/')[3]))],
        ["right token, encoded path"] = path => [Sign(Origin + path.Replace("/CA", "/%43A", StringComparison.Ordinal))],
        ["right token, loopback address"] = path => [Sign("ws://127.0.0.1" + path)],
        ["right token, the address and a field"] = path => [Sign(Origin + path + "CallSid" + path.Split('/')[2])],
        ["Host smuggled"] = Smuggled("Host", "evil.example.net"),
        ["X-Forwarded-Host smuggled"] = Smuggled("X-Forwarded-Host", "evil.example.net"),
        ["X-Original-Host smuggled"] = Smuggled("X-Original-Host", "evil.example.net"),
        ["X-Host smuggled"] = Smuggled("X-Host", "evil.example.net"),
        ["Forwarded smuggled"] = Smuggled("Forwarded", "host=evil.example.net;proto=https"),
        ["X-Forwarded-Proto smuggled"] = path => ["X-Forwarded-Proto: http", Sign("http://relay.example.net" + path)],
        ["X-Forwarded-Port smuggled"] = path => ["X-Forwarded-Port: 8443", Sign("wss://relay.example.net:8443" + path)],
        ["X-Forwarded-Prefix smuggled"] = path => ["X-Forwarded-Prefix: /evil", Sign(Origin + "/evil" + path)],
        ["X-Original-URL smuggled"] = path => ["X-Original-URL: /x", Sign(Origin + "/x")],
        ["X-Rewrite-URL smuggled"] = path => ["X-Rewrite-URL: /x", Sign(Origin + "/x")],
    };

    // The same stream to the web server, but not the address that was signed.
    private static readonly Dictionary<string, Func<string, string>> Spellings = new()
    {
        ["trailing slash"] = path => path + "/",
        ["query added"] = path => path + "?a=1",
        ["empty query added"] = path => path + "?",
        ["stream in capitals"] = path => path.Replace("/stream", "/STREAM", StringComparison.Ordinal),
        ["a letter of stream encoded"] = path => path.Replace("/stream", "/s%74ream", StringComparison.Ordinal),
        ["a letter of the call encoded"] = path => path.Replace("/CA", "/%43A", StringComparison.Ordinal),
        ["a dot of the ticket encoded"] = path => path.Replace("v1.", "v1%2E", StringComparison.Ordinal),
        ["a dot segment"] = path => path.Replace("/CA", "/./CA", StringComparison.Ordinal),
        ["an encoded dot segment"] = path => path.Replace("/CA", "/%2e/CA", StringComparison.Ordinal),
        ["a folder and back"] = path => "/x/.." + path,
        ["a folder and back, encoded"] = path => "/x/%2E%2E" + path,
        ["up from the root"] = path => "/.." + path,
        ["absolute form"] = path => "http://relay.example.net" + path,
        ["absolute form of another host"] = path => "http://evil.example.net" + path,
    };

    public static TheoryData<string> SignatureAttacks => [.. Unsigned.Keys];

    public static TheoryData<string> SpellingAttacks => [.. Spellings.Keys];

    public static TheoryData<string, string> Variants
    {
        get
        {
            var variants = new TheoryData<string, string>();
            foreach (var scheme in new[] { "wss", "https" })
            {
                foreach (var port in new[] { "", ":443" })
                {
                    variants.Add($"{scheme}://relay.example.net{port}", "");
                    variants.Add($"{scheme}://relay.example.net{port}", "/");
                }
            }

            return variants;
        }
    }

    [Theory]
    [MemberData(nameof(SignatureAttacks))]
    public Task A_signature_is_refused_although_the_ticket_is_genuine(string attack) => ProveRefusedAsync(path => path, Unsigned[attack]);

    [Theory]
    [MemberData(nameof(SpellingAttacks))]
    public Task A_signature_holds_for_one_spelling_of_the_address(string attack) => ProveRefusedAsync(Spellings[attack], path => [Sign(Origin + path)]);

    [Theory]
    [MemberData(nameof(Variants))]
    public Task What_Twilio_is_known_to_sign_is_accepted(string origin, string behind) => ProveAcceptedAsync(path => [Sign(origin + path + behind)]);

    [Theory]
    [InlineData("Host: evil.example.net")]
    [InlineData("X-Forwarded-Host: evil.example.net")]
    [InlineData("X-Forwarded-Proto: http")]
    [InlineData("X-Forwarded-Prefix: /evil")]
    [InlineData("X-Original-URL: /evil")]
    [InlineData("Forwarded: host=evil.example.net;proto=http")]
    public Task What_a_request_says_of_its_own_address_does_not_matter(string header) => ProveAcceptedAsync(path => [header, Sign(Origin + path)]);

    [Fact]
    public Task The_previous_token_is_accepted_while_it_is_rotated() => ProveAcceptedAsync(path => [Sign(Origin + path, PreviousAuthToken)]);

    [Fact]
    public Task A_signature_makes_no_ticket() => relay.ProveRefusedAsync("A stream was refused with 403: ticket Forged.", "ticket Forged", async () =>
    {
        var path = Path(Call, Ticket(NewCall()));
        Assert.Equal(403, await StatusAsync(path, [Sign(Origin + path)]));
    });

    [Fact]
    public async Task After_all_of_them_the_next_call_is_served()
    {
        foreach (var attack in Unsigned.Values)
        {
            await ProveRefusedAsync(path => path, attack);
        }

        await relay.ServeACallAsync();
    }

    private static Func<string, string[]> Smuggled(string header, string value) => path => [header + ": " + value, Sign("wss://evil.example.net" + path)];

    private Task ProveRefusedAsync(Func<string, string> spelling, Func<string, string[]> headers) => relay.ProveRefusedAsync(Refused, "signature", async () =>
    {
        var path = Path(NewCall());
        Assert.Equal(403, await StatusAsync(spelling(path), headers(path)));
    });

    // Accepted as far as the WebSocket; hanging up there costs nothing.
    private Task ProveAcceptedAsync(Func<string, string[]> headers) => relay.ProveRefusedAsync("stop before start", "stop before start", async () =>
    {
        var path = Path(NewCall());
        using var twilio = await Stranger.ConnectAsync(relay.Origin);
        Assert.Equal(101, Stranger.StatusIn(await twilio.AskAsync(Request(path, headers(path)))));
        await twilio.SayAsync(StreamWords.Stop);
        Assert.Equal(1000, await twilio.CloseCodeAsync());
    });

    private async Task<int> StatusAsync(string target, string[] headers)
    {
        using var stranger = await Stranger.ConnectAsync(relay.Origin);
        return Stranger.StatusIn(await stranger.AskAsync(Request(target, headers)));
    }

    // A request has one Host, and one in absolute form has the same there.
    private static string Request(string target, string[] headers)
    {
        var host = headers.FirstOrDefault(header => header.StartsWith("Host:", StringComparison.Ordinal))
            ?? (target.StartsWith("http", StringComparison.Ordinal) ? "Host: " + new Uri(target).Host : "Host: relay.example.net");
        return Stranger.Handshake(target, [.. headers.Where(header => header != host)]).Replace("Host: relay.example.net", host, StringComparison.Ordinal);
    }
}
