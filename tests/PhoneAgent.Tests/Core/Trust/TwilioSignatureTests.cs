using System.Security.Cryptography;
using System.Text;
using PhoneAgent.Core.Trust;

namespace PhoneAgent.Tests.Core.Trust;

public sealed class TwilioSignatureTests
{
    private const string Token = "12345";
    private const string Url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    private const string Published = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

    private static readonly KeyValuePair<string, string?>[] Fields =
    [
        new("To", "+18005551212"), new("CallSid", "CA1234567890ABCDE"), new("Digits", "1234"), new("From", "+14158675309"), new("Caller", "+14158675309"),
    ];

    [Fact]
    public void The_published_example_is_computed_and_verified()
    {
        Assert.Equal(Published, TwilioSignature.Compute(Token, Url, Fields));
        Assert.True(TwilioSignature.Verify(Published, Url, Fields, Token));
    }

    [NeedsVectorsFact]
    public void The_examples_of_twilios_own_libraries_come_out_as_there()
    {
        var vectors = SignatureVectors.Read().ToList();
        Assert.True(vectors.Count > 50, "the file holds the collected examples");
        foreach (var vector in vectors)
        {
            // Twilio's Node library also tries the apostrophe escaped; we never hand out an address with one.
            var url = vector.NeedsApostropheVariant ? vector.Url.Replace("'", "%27", StringComparison.Ordinal) : vector.Url;
            var valid = vector.Body is { } body
                ? TwilioSignature.VerifyBody(vector.Signature, url, Encoding.UTF8.GetBytes(body), vector.AuthToken)
                : TwilioSignature.Verify(vector.Signature, url, vector.Fields, vector.AuthToken);
            Assert.True(valid == vector.Valid, vector.Description);
        }
    }

    [Fact]
    public void Duplicates_count_once_and_are_ordered_by_name_then_value()
    {
        KeyValuePair<string, string?>[] shuffled = [new("Sid", "b"), new("SidAccount", "x"), new("Sid", "a"), new("Sid", "b"), new("sid", " é "), new("Empty", null)];

        // Python's hmac over https://a.example/ Empty Sida Sidb SidAccountx "sid é ", without the spaces between.
        Assert.Equal("ogb9b7+W/gzbn9tFOXvF6F0EY6o=", TwilioSignature.Compute(Token, "https://a.example/", shuffled));
    }

    [Theory]
    [InlineData("https://a.example/x", "https://a.example:443/x")]
    [InlineData("https://a.example:443/x", "https://a.example/x")]
    [InlineData("https://a.example:8443/x", "https://a.example/x")]
    [InlineData("http://localhost:5199/x?u=http://b:9/", "http://localhost/x?u=http://b:9/")]
    [InlineData("http://localhost/x", "http://localhost:80/x")]
    [InlineData("http://[::1]:5199/x", "http://[::1]/x")]
    [InlineData("http://[::1]/x", "http://[::1]:80/x")]
    public void The_port_may_be_signed_or_not(string configured, string spelling) =>
        Assert.True(TwilioSignature.Verify(TwilioSignature.Compute(Token, spelling, Fields), configured, Fields, Token));

    [Theory]
    [InlineData("https://a.example/x", "https://a.example/X")]
    [InlineData("https://a.example/x", "http://a.example/x")]
    [InlineData("https://a.example/x", "https://a.example/x/")]
    [InlineData("https://a.example/x", "https://a.example:80/x")]
    [InlineData("https://a.example/x?a=b", "https://a.example/x?a=%62")]
    public void Anything_else_in_the_address_may_not_differ(string configured, string spelling) =>
        Assert.False(TwilioSignature.Verify(TwilioSignature.Compute(Token, spelling, Fields), configured, Fields, Token));

    [Fact]
    public void Either_token_of_a_rotation_is_accepted()
    {
        Assert.True(TwilioSignature.Verify(Published, Url, Fields, "new", Token));
        Assert.True(TwilioSignature.Verify(Published, Url, Fields, Token, null));
        Assert.False(TwilioSignature.Verify(Published, Url, Fields, "new", "newer"));
    }

    [Fact]
    public void Without_a_token_nothing_is_genuine_not_even_what_an_empty_key_signs()
    {
        const string emptyKey = "t5xDBY6aFLdRIWN5NLeL/ANHa6A="; // Python's hmac with an empty key over the address
        Assert.False(TwilioSignature.Verify(emptyKey, Url, []));
        Assert.False(TwilioSignature.Verify(emptyKey, Url, [], "", null, " "));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B8")]
    [InlineData("rsoydt4t1cutdk1pdd93/vvr8b8=")]
    [InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B8=, RSOYDt4T1cUTdK1PDd93/VVr8B8=")]
    [InlineData("é\ud800")]
    public void No_other_text_is_the_signature(string? signature) => Assert.False(TwilioSignature.Verify(signature, Url, Fields, Token));

    [Fact]
    public void A_json_body_must_match_the_hash_in_its_signed_address()
    {
        var body = "{\"a\":1}"u8.ToArray();
        var url = "https://a.example/x?bodySHA256=" + Convert.ToHexStringLower(SHA256.HashData(body));
        Assert.True(TwilioSignature.VerifyBody(TwilioSignature.Compute(Token, url, []), url, body, Token));
        Assert.False(TwilioSignature.VerifyBody(TwilioSignature.Compute(Token, url, []), url, "{}"u8, Token));
        Assert.False(TwilioSignature.VerifyBody(TwilioSignature.Compute("other", url, []), url, body, Token));
        foreach (var bare in new[] { "https://a.example/x", "https://a.example/x?bodySHA256", "https://a.example/x?bodySHA256=" })
        {
            Assert.False(TwilioSignature.VerifyBody(TwilioSignature.Compute(Token, bare, []), bare, body, Token));
        }
    }

    [Theory]
    [InlineData("wss://relay.example/stream/CA1/t")]
    [InlineData("wss://relay.example/stream/CA1/t/")]
    [InlineData("https://relay.example/stream/CA1/t")]
    [InlineData("https://relay.example/stream/CA1/t/")]
    [InlineData("wss://relay.example:443/stream/CA1/t")]
    [InlineData("https://relay.example:443/stream/CA1/t/")]
    public void A_handshake_may_be_signed_in_every_way_that_was_seen(string spelling) =>
        Assert.True(TwilioSignature.VerifyHandshake(TwilioSignature.Compute(Token, spelling, []), "wss://relay.example/stream/CA1/t", Token));

    [Theory]
    [InlineData("ws://relay.example/stream/CA1/t")]
    [InlineData("http://relay.example/stream/CA1/t")]
    [InlineData("wss://relay.example/stream/CA1/u")]
    [InlineData("wss://relay.example/stream/CA1/t?x=1")]
    public void A_handshake_signed_over_another_address_is_not_genuine(string spelling) =>
        Assert.False(TwilioSignature.VerifyHandshake(TwilioSignature.Compute(Token, spelling, []), "wss://relay.example/stream/CA1/t", Token));

    [Fact]
    public void A_local_handshake_keeps_its_port_or_loses_it()
    {
        foreach (var spelling in new[] { "ws://127.0.0.1:5199/s", "http://127.0.0.1:5199/s/", "ws://127.0.0.1/s", "http://127.0.0.1:80/s" })
        {
            Assert.True(TwilioSignature.VerifyHandshake(TwilioSignature.Compute(Token, spelling, []), "ws://127.0.0.1:5199/s", Token), spelling);
        }
    }
}
