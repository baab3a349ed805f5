using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using PhoneAgent.Core.Trust;

namespace PhoneAgent.Tests.Handlers.Adversarial;

/// <summary>A webhook that is not Twilio's, or not whole.</summary>
/// <param name="Status">The answer it must get.</param>
/// <param name="Reason">The reason that must be logged and counted.</param>
internal sealed record WebhookAttack(int Status, string Reason)
{
    public string Path { get; init; } = "/api/voice/incoming";

    public string SignedUrl { get; init; } = HandlerHost.PublicBase + "/api/voice/incoming";

    public string? Token { get; init; } = HandlerHost.Token;

    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; } = [.. HandlerHost.Fields()];

    /// <summary>What is sent instead of the fields that were signed.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Sent { get; init; }

    public Action<HttpRequestMessage>? Change { get; init; }

    public async Task<HttpResponseMessage> RunAsync(HandlerHost host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new FormUrlEncodedContent(Sent ?? Fields) };
        if (Token is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Twilio-Signature", Sign(Token, SignedUrl, Fields));
        }

        Change?.Invoke(request);
        return await host.Http.SendAsync(request);
    }

    public static string Sign(string token, string url, IEnumerable<KeyValuePair<string, string>> fields) =>
        TwilioSignature.Compute(token, url, fields.Select(one => new KeyValuePair<string, string?>(one.Key, one.Value)));

    public static Dictionary<string, WebhookAttack> All { get; } = new()
    {
        ["unsigned"] = new(403, "NoSignature") { Token = null },
        ["empty signature"] = Signature(""),
        ["garbage signature"] = new(403, "Signature") { Change = request => Replace(request, "AAAA") },
        ["signature of the right length, all zero"] = new(403, "Signature") { Change = request => Replace(request, Convert.ToBase64String(new byte[20])) },
        ["truncated signature"] = new(403, "Signature") { Change = request => Replace(request, Current(request)[..^4]) },
        ["signature in other letter case"] = new(403, "Signature") { Change = request => Replace(request, string.Concat(Current(request).Select(one => char.IsAsciiLetterLower(one) ? char.ToUpperInvariant(one) : char.ToLowerInvariant(one)))) },
        ["a genuine signature twice in one header"] = new(403, "Signature") { Change = request => request.Headers.TryAddWithoutValidation("X-Twilio-Signature", Current(request)) },
        ["signature in the query"] = new(403, "NoSignature") { Path = "/api/voice/incoming?X-Twilio-Signature=AAAA", Token = null },
        ["wrong token"] = new(403, "Signature") { Token = "another-token" },
        ["account sid as token"] = new(403, "Signature") { Token = HandlerHost.AccountSid },
        ["token with a blank"] = new(403, "Signature") { Token = HandlerHost.Token + " " },
        ["SHA-256 instead of SHA-1"] = new(403, "Signature") { Change = request => Replace(request, Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(HandlerHost.Token), Encoding.UTF8.GetBytes(HandlerHost.PublicBase)))) },
        ["right token, wrong path"] = new(403, "Signature") { SignedUrl = HandlerHost.PublicBase + "/api/voice/status" },
        ["right token, another webhook's signature"] = new(403, "Signature") { Path = "/api/voice/status" },
        ["right token, wrong host"] = new(403, "Signature") { SignedUrl = "https://evil.example.net/api/voice/incoming" },
        ["right token, http instead of https"] = new(403, "Signature") { SignedUrl = "http://agent.example.net/api/voice/incoming" },
        ["right token, another port"] = new(403, "Signature") { SignedUrl = "https://agent.example.net:8443/api/voice/incoming" },
        ["query added after signing"] = new(403, "Signature") { Path = "/api/voice/incoming?request=1" },
        ["query removed after signing"] = new(403, "Signature") { SignedUrl = HandlerHost.PublicBase + "/api/voice/incoming?request=1" },
        ["query signed in another encoding"] = new(403, "Signature") { Path = "/api/voice/incoming?x=%2B", SignedUrl = HandlerHost.PublicBase + "/api/voice/incoming?x=+" },
        ["query signed in another order"] = new(403, "Signature") { Path = "/api/voice/incoming?a=1&b=2", SignedUrl = HandlerHost.PublicBase + "/api/voice/incoming?b=2&a=1" },
        ["address signed without its form"] = new(403, "Signature") { Fields = [], Sent = [.. HandlerHost.Fields()] },
        ["Host header smuggled"] = Smuggled("Host", "evil.example.net"),
        ["X-Forwarded-Host smuggled"] = Smuggled("X-Forwarded-Host", "evil.example.net"),
        ["X-Original-Host smuggled"] = Smuggled("X-Original-Host", "evil.example.net"),
        ["Forwarded smuggled"] = Smuggled("Forwarded", "host=evil.example.net;proto=https"),
        ["X-Forwarded-Prefix smuggled"] = Smuggled("X-Forwarded-Prefix", "/evil", HandlerHost.PublicBase + "/evil/api/voice/incoming"),
        ["X-Original-URL smuggled"] = Smuggled("X-Original-URL", "/api/voice/status", HandlerHost.PublicBase + "/api/voice/status"),
        ["X-Forwarded-Proto smuggled"] = Smuggled("X-Forwarded-Proto", "http", "http://agent.example.net/api/voice/incoming"),
        ["field changed"] = new(403, "Signature") { Sent = [.. HandlerHost.Fields(("From", "+14155550111"))] },
        ["field added"] = new(403, "Signature") { Sent = [.. HandlerHost.Fields(), new("Added", "")] },
        ["field removed"] = new(403, "Signature") { Sent = [.. HandlerHost.Fields(("CallerName", null))] },
        ["second CallSid before the first"] = new(403, "Signature") { Sent = [new("CallSid", "CAffffffffffffffffffffffffffffffff"), .. HandlerHost.Fields()] },
        ["field name in other letter case"] = new(403, "Signature") { Sent = [.. HandlerHost.Fields(("CallSid", null)), new("callsid", CallStory.Call.Value)] },
        ["boundary between name and value moved"] = new(403, "Signature") { Sent = [.. HandlerHost.Fields(("From", null)), new("From+", "14155550100")], Fields = [.. HandlerHost.Fields(), new("Zed", "1")] },
        ["value trimmed"] = new(403, "Signature") { Sent = [.. HandlerHost.Fields(("CallerName", "Zoë & Søn"))] },
        ["value in another Unicode form"] = new(403, "Signature") { Sent = [.. HandlerHost.Fields(("CallerName", " Zoe\u0308 & Søn "))] },
        ["another account"] = new(403, "Account") { Fields = [.. HandlerHost.Fields(("AccountSid", "ACffffffffffffffffffffffffffffffff"))] },
        ["a subaccount behind the account"] = new(403, "Account") { Fields = [new("AccountSid", "ACffffffffffffffffffffffffffffffff"), .. HandlerHost.Fields()] },
        ["account in capitals"] = new(403, "Account") { Fields = [.. HandlerHost.Fields(("AccountSid", HandlerHost.AccountSid.ToUpperInvariant()))] },
        ["no account"] = new(403, "Account") { Fields = [.. HandlerHost.Fields(("AccountSid", null))] },
        ["no call"] = new(400, "CallSid") { Fields = [.. HandlerHost.Fields(("CallSid", ""))] },
        ["path as call"] = new(400, "CallSid") { Fields = [.. HandlerHost.Fields(("CallSid", "CA/../../../../../../../../etc/pwd"))] },
        ["call with a line break"] = new(400, "CallSid") { Fields = [.. HandlerHost.Fields(("CallSid", CallStory.Call.Value[..33] + "\n"))] },
        ["call with a zero byte"] = new(400, "CallSid") { Fields = [.. HandlerHost.Fields(("CallSid", CallStory.Call.Value + "\0"))] },
        ["status without a status"] = new(400, "Field") { Path = "/api/voice/status", SignedUrl = HandlerHost.PublicBase + "/api/voice/status", Fields = [.. HandlerHost.Fields(("CallStatus", null))] },
        ["stream status without an event"] = new(400, "Field") { Path = "/api/voice/stream-status", SignedUrl = HandlerHost.PublicBase + "/api/voice/stream-status" },
        ["too large"] = new(413, "TooLarge") { Fields = [.. HandlerHost.Fields(("Padding", new string('x', 64 * 1024)))] },
        ["too large without a length"] = new(413, "TooLarge") { Fields = [.. HandlerHost.Fields(("Padding", new string('x', 64 * 1024)))], Change = request => request.Headers.TransferEncodingChunked = true },
        ["too large with a forged signature"] = new(413, "TooLarge") { Fields = [.. HandlerHost.Fields(("Padding", new string('x', 64 * 1024)))], Token = "another-token" },
        ["JSON with its hash signed"] = Json(),
        ["multipart"] = new(415, "ContentType") { Change = request => request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x") },
        ["no content type"] = new(415, "ContentType") { Change = request => request.Content!.Headers.ContentType = null },
        ["content type with a second one behind"] = new(415, "ContentType") { Change = request => ReplaceType(request, "application/x-www-form-urlencoded, application/json") },
    };

    private static WebhookAttack Signature(string signature) => new(403, "NoSignature") { Change = request => Replace(request, signature) };

    private static WebhookAttack Smuggled(string header, string value, string? signedUrl = null) => new(403, "Signature")
    {
        SignedUrl = signedUrl ?? "https://evil.example.net/api/voice/incoming",
        Change = request => request.Headers.TryAddWithoutValidation(header, value),
    };

    private static WebhookAttack Json()
    {
        var path = "/api/voice/incoming?bodySHA256=" + Convert.ToHexStringLower(SHA256.HashData("{}"u8));
        return new(415, "ContentType") { Path = path, SignedUrl = HandlerHost.PublicBase + path, Fields = [], Change = request => request.Content = new StringContent("{}", Encoding.UTF8, "application/json") };
    }

    private static string Current(HttpRequestMessage request) => request.Headers.GetValues("X-Twilio-Signature").First();

    private static void Replace(HttpRequestMessage request, string signature)
    {
        request.Headers.Remove("X-Twilio-Signature");
        request.Headers.TryAddWithoutValidation("X-Twilio-Signature", signature);
    }

    private static void ReplaceType(HttpRequestMessage request, string type)
    {
        request.Content!.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
    }
}
