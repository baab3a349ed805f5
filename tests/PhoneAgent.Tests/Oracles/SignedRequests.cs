using System.Security.Cryptography;
using System.Text;

namespace PhoneAgent.Tests.Oracles;

/// <summary>Draws requests as Twilio may send them, and odder ones: the same seed gives the same requests.</summary>
internal sealed class SignedRequests(int seed)
{
    private static readonly string[] Hosts = ["agent.example.net", "Agent.Example.NET", "agent.example.net:443", "agent.example.net:8443", "xn--bcher-kva.example", "[2001:db8::1]", "[2001:db8::1]:443"];
    private static readonly string[] Segments = ["api", "voice", "a%20b", "a+b", "%C3%A9", "%2F", "%2f", "..", ".", "", "~x", "a'b", "(a)", "a;b=c", "a@b", "a:b", "%25", "$&!*,"];
    private static readonly string[] QueryParts = ["request=1", "a=%20", "a=+", "a=%2B", "a=%C3%A9", "a=é", "a=☎", "a='", "a=%27", "=", "a", "a=", "a=1", "a=1", "b=//?", "z=%zz", "a[]=1", "bodySHA256=00", "a=<\"{}|\\^`>"];
    private static readonly string[] Pieces = ["a", "Z", "0", " ", "  ", "é", "e\u0301", "山", "☎", "😀", "\n", "\r\n", "\t", "&", "=", "+", "%20", "%", "'", "\"", "<", "\u2028", "\u00A0", "\uFEFF", "\u0001", "ß", "İ"];
    private static readonly string[] Names = ["CallSid", "callsid", "From", "To", "Digits", "Body", "é", "☎", "10", "9", "a b", "constructor", "toString", "Empty", "_", "z"];

    private readonly Random _random = new(seed);

    /// <summary>A form post.</summary>
    public SignedRequest Form()
    {
        var fields = Enumerable.Range(0, _random.Next(12)).Select(_ => new[] { _random.Next(4) == 0 ? Text(1) : Pick(Names), Text(0) }).ToList();
        if (fields.Count > 0 && _random.Next(2) == 0)
        {
            fields.Insert(_random.Next(fields.Count), [fields[0][0], Text(0)]); // the same name again
            fields.Insert(_random.Next(fields.Count), [.. fields[^1]]); // the same name and value again
        }

        return new SignedRequest(Token(), Url(), [.. fields], null, null);
    }

    /// <summary>A JSON post whose address holds the hash of its body.</summary>
    public SignedRequest Json()
    {
        var body = $$"""{"text":"{{Text(0).ReplaceLineEndings("").Replace('"', '_')}}"}""";
        var url = $"https://{Pick(Hosts)}/{Pick(Segments)}?{Pick(["", "a=1&", "x=%20&"])}bodySHA256={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}{Pick(["", "&z=1"])}";
        return new SignedRequest(Token(), url, [], body, null);
    }

    private string Url()
    {
        var path = string.Join('/', Enumerable.Range(0, _random.Next(4)).Select(_ => Pick(Segments)));
        var query = string.Join('&', Enumerable.Range(0, _random.Next(5)).Select(_ => Pick(QueryParts)));
        return $"{Pick(["https", "http"])}://{Pick(Hosts)}/{path}{(query.Length > 0 || _random.Next(8) == 0 ? "?" + query : "")}";
    }

    private string Token() => Convert.ToHexStringLower(BitConverter.GetBytes(_random.NextInt64()));

    private string Text(int least) => string.Concat(Enumerable.Range(0, _random.Next(least, 6)).Select(_ => Pick(Pieces)));

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}

/// <summary>A request and its signature.</summary>
internal sealed record SignedRequest(string Token, string Url, string[][] Fields, string? Body, string? Signature)
{
    public IEnumerable<KeyValuePair<string, string?>> Form => Fields.Select(pair => new KeyValuePair<string, string?>(pair[0], pair[1]));
}

/// <summary>What Twilio's package says of it.</summary>
internal sealed record OracleVerdict(string Expected, bool Valid);
