using System.Text;
using static PhoneAgent.Tests.House.Adversarial.RelayUnderAttack;
using static PhoneAgent.Tests.House.Adversarial.Stranger;

namespace PhoneAgent.Tests.House.Adversarial;

/// <summary>A request for a stream that must not become one.</summary>
/// <param name="Status">The answer it must get.</param>
/// <param name="Reason">What must be logged and counted; null where the web server turns it away before it concerns anybody.</param>
/// <param name="Request">The bytes of the request, made at the moment of the attack.</param>
internal sealed record HandshakeAttack(int Status, string? Reason, Func<string> Request)
{
    // Kestrel answers the preface of HTTP 2 in HTTP 2: go away.
    private const int NoAnswer = 0;

    private const string Nonce = "0123456789abcdef0123456789abcdef";

    private static readonly byte[] OtherKey = Encoding.ASCII.GetBytes("another key of thirty-two bytes.");

    public static Dictionary<string, HandshakeAttack> OnTheTicket { get; } = new()
    {
        ["no ticket"] = new(404, null, () => Handshake("/stream/" + Call)),
        ["empty ticket"] = new(404, null, () => Handshake($"/stream/{Call}/")),
        ["ticket in the query"] = new(404, null, () => Handshake($"/stream/{Call}?ticket={Ticket(Call)}")),
        ["ticket in a header"] = new(403, "ticket Malformed", () => Handshake(Path(Call, "x"), "Authorization: Bearer " + Ticket(Call))),
        ["garbage"] = Malformed(_ => "nonsense"),
        ["dots only"] = Malformed(_ => "...x"),
        ["truncated by one character"] = Malformed(ticket => ticket[..^1]),
        ["truncated to its version"] = Malformed(_ => "v1"),
        ["extended by one character"] = Malformed(ticket => ticket + "A"),
        ["extended by a fifth part"] = Malformed(ticket => ticket + ".A"),
        ["a dot behind"] = Malformed(ticket => ticket + "."),
        ["a dot before"] = Malformed(ticket => "." + ticket),
        ["a dot doubled"] = Malformed(ticket => ticket.Replace("v1.", "v1..", StringComparison.Ordinal)),
        ["mac padded"] = Malformed(ticket => ticket + "="),
        ["another version"] = Malformed(ticket => "v2" + ticket[2..]),
        ["version in capitals"] = Malformed(ticket => "V1" + ticket[2..]),
        ["without its version"] = Malformed(ticket => ticket[3..]),
        ["nonce in capitals"] = Malformed(ticket => ticket.Replace(Nonce, Nonce.ToUpperInvariant(), StringComparison.Ordinal)),
        ["nonce too short"] = Malformed(_ => Ticket(Call, nonce: Nonce[..30])),
        ["nonce empty"] = Malformed(_ => Ticket(Call, nonce: "")),
        ["nonce with a path in it"] = Malformed(_ => Ticket(Call, nonce: "..%2f..%2f..%2fabcdef0123456789a")),
        ["blank before"] = Malformed(ticket => "%20" + ticket),
        ["line break behind"] = Malformed(ticket => ticket + "%0A"),
        ["fullwidth digits"] = Malformed(ticket => ticket.Replace("v1", "v%EF%BC%91", StringComparison.Ordinal)),
        ["a Cyrillic a in the nonce"] = Malformed(ticket => ticket.Replace('a'.ToString(), "%D0%B0", StringComparison.Ordinal)),
        ["Unicode in the mac"] = Malformed(ticket => ticket[..^1] + "%C3%A9"),
        ["seven thousand characters"] = Malformed(ticket => ticket + new string('A', 7_000)),
        ["ten thousand dots"] = Malformed(_ => new string('.', 7_000) + "x"),
        ["longer than a request line may be"] = new(414, null, () => Handshake(Path(Call, new string('A', 20_000)))),
        ["a zero byte"] = new(400, null, () => Handshake(Path(Call, Ticket(Call) + "%00"))),
        ["a raw byte above ASCII"] = new(400, null, () => Handshake(Path(Call, Ticket(Call) + "é"))),
        ["a blank in the path"] = new(400, null, () => Handshake(Path(Call, "a b"))),
        ["negative expiry"] = Malformed(_ => TicketUntil(-1, Call)),
        ["expiry of thirteen digits"] = Malformed(_ => TicketUntil(1_000_000_000_000, Call)),
        ["expiry beyond the calendar"] = Malformed(_ => TicketUntil(999_999_999_999, Call)),
        ["expiring this second"] = new(403, "ticket Expired", () => Handshake(Path(Call, Ticket(Call, expiresIn: 0)))),
        ["expired a second ago"] = new(403, "ticket Expired", () => Handshake(Path(Call, Ticket(Call, expiresIn: -1)))),
        ["expired in 1970"] = new(403, "ticket Expired", () => Handshake(Path(Call, TicketUntil(0, Call)))),
        ["from three minutes ahead"] = new(403, "ticket FromTheFuture", () => Handshake(Path(Call, Ticket(Call, expiresIn: 300)))),
        ["good until the end of time"] = new(403, "ticket FromTheFuture", () => Handshake(Path(Call, TicketUntil(253_402_300_799, Call)))),
        ["another call's"] = Forged(_ => Ticket("CA" + new string('1', 32))),
        ["of the call in other letters"] = Forged(_ => Ticket(Call.Replace("abc", "ABC", StringComparison.Ordinal))),
        ["of no call"] = Forged(_ => Ticket("")),
        ["signed with another key"] = Forged(_ => Ticket(Call, key: OtherKey)),
        ["signed with an empty key"] = Forged(_ => Ticket(Call, key: [])),
        ["signed with the text of the key"] = Forged(_ => Ticket(Call, key: Encoding.ASCII.GetBytes(RelayOnLoopback.TicketKey))),
        ["expiry moved after signing"] = Forged(ticket => Part(ticket, 1, expiry => (long.Parse(expiry) + 10).ToString())),
        ["nonce changed after signing"] = Forged(ticket => Part(ticket, 2, nonce => "f" + nonce[1..])),
        ["border between expiry and nonce moved"] = Malformed(ticket => Part(Part(ticket, 1, expiry => expiry[..^1]), 2, nonce => ticket.Split('.')[1][^1] + nonce)),
        ["mac of zeros"] = Forged(ticket => Part(ticket, 3, _ => new string('A', 43))),
        ["mac in the other letter case"] = Forged(ticket => Part(ticket, 3, SwapCase)),
        ["mac of the same bytes in another spelling"] = Forged(ticket => ticket[..^1] + (char)(ticket[^1] switch { 'z' or 'Z' or '9' or '_' => ticket[^1] - 1, '-' => '_', _ => ticket[^1] + 1 })),
        ["mac backwards"] = Forged(ticket => Part(ticket, 3, mac => new string([.. mac.Reverse()]))),
        ["call with a letter too few"] = new(403, "callSid", () => Handshake(Path(Call[..33]))),
        ["call with a letter too many"] = new(403, "callSid", () => Handshake(Path(Call + "0"))),
        ["call in lower case"] = new(403, "callSid", () => Handshake(Path("ca" + Call[2..]))),
        ["an account as call"] = new(403, "callSid", () => Handshake(Path("AC" + Call[2..]))),
        ["call that is not hexadecimal"] = new(403, "callSid", () => Handshake(Path(Call[..33] + "g"))),
        ["call with a line break"] = new(403, "callSid", () => Handshake(Path(Call[..33] + "%0A"))),
        ["a folder as call"] = new(403, "callSid", () => Handshake(Path("%2E%2E%2F" + Call))),
        ["call with Arabic digits"] = new(403, "callSid", () => Handshake(Path(Call[..33] + "%D9%A1"))),
    };

    public static Dictionary<string, HandshakeAttack> OnTheRequest { get; } = new()
    {
        ["POST"] = Method("POST"),
        ["PUT"] = Method("PUT"),
        ["DELETE"] = Method("DELETE"),
        ["PATCH"] = Method("PATCH"),
        ["HEAD"] = Method("HEAD"),
        ["OPTIONS"] = Method("OPTIONS"),
        ["TRACE"] = Method("TRACE"),
        ["a method of one's own"] = Method("BREW"),
        ["POST that says it is GET"] = new(405, null, () => Handshake(Path(Call), "X-HTTP-Method-Override: GET").Replace("GET /", "POST /", StringComparison.Ordinal)),
        ["CONNECT"] = new(405, null, () => Handshake(Path(Call)).Replace("GET /", "CONNECT /", StringComparison.Ordinal)),
        ["HTTP 1.0"] = NoWebSocket(request => request.Replace("HTTP/1.1", "HTTP/1.0", StringComparison.Ordinal)),
        ["HTTP 0.9"] = new(400, null, () => $"GET {Path(Call)}\r\n\r\n"),
        ["HTTP 2 without TLS"] = new(NoAnswer, null, () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ["no upgrade"] = NoWebSocket(request => Without(request, "Upgrade")),
        ["upgrade to HTTP 2"] = NoWebSocket(request => request.Replace("Upgrade: websocket", "Upgrade: h2c", StringComparison.Ordinal)),
        ["upgrade to TLS"] = NoWebSocket(request => request.Replace("Upgrade: websocket", "Upgrade: TLS/1.3", StringComparison.Ordinal)),
        ["connection not to be upgraded"] = NoWebSocket(request => request.Replace("Connection: Upgrade", "Connection: close", StringComparison.Ordinal)),
        ["no Sec-WebSocket-Key"] = NoWebSocket(request => Without(request, "Sec-WebSocket-Key")),
        ["an empty Sec-WebSocket-Key"] = NoWebSocket(request => request.Replace("AAECAwQFBgcICQoLDA0ODw==", "", StringComparison.Ordinal)),
        ["a short Sec-WebSocket-Key"] = NoWebSocket(request => request.Replace("AAECAwQFBgcICQoLDA0ODw==", "AAEC", StringComparison.Ordinal)),
        ["no Sec-WebSocket-Version"] = NoWebSocket(request => Without(request, "Sec-WebSocket-Version")),
        ["an old Sec-WebSocket-Version"] = NoWebSocket(request => request.Replace("Version: 13", "Version: 8", StringComparison.Ordinal)),
        ["no Host"] = new(400, null, () => Without(Handshake(Path(Call)), "Host")),
        ["two Hosts"] = new(400, null, () => Handshake(Path(Call), "Host: evil.example.net")),
        ["a Host that is none"] = new(400, null, () => Handshake(Path(Call)).Replace("Host: relay.example.net", "Host: a b/c", StringComparison.Ordinal)),
        ["two lengths"] = new(400, null, () => Handshake(Path(Call), "Content-Length: 1", "Content-Length: 2")),
        ["a header without a colon"] = new(400, null, () => Handshake(Path(Call), "evil")),
        ["a header continued on the next line"] = new(400, null, () => Handshake(Path(Call), "X-One: a\r\n b")),
        ["a thousand headers"] = new(431, null, () => Handshake(Path(Call), [.. Enumerable.Range(0, 1_000).Select(i => $"X-{i}: 1")])),
        ["a header of 64 kB"] = new(431, null, () => Handshake(Path(Call), "X-Long: " + new string('x', 64 * 1024))),
        ["an empty segment before"] = new(404, null, () => Handshake("/" + Path(Call))),
        ["an empty segment within"] = new(404, null, () => Handshake(Path(Call).Replace("/CA", "//CA", StringComparison.Ordinal))),
        ["a segment before"] = new(404, null, () => Handshake("/x" + Path(Call))),
        ["a segment behind"] = new(404, null, () => Handshake(Path(Call) + "/x")),
        ["an encoded slash between call and ticket"] = new(404, null, () => Handshake($"/stream/{Call}%2F{Ticket(Call)}")),
        ["backslashes"] = new(404, null, () => Handshake("/stream\\" + Call + "\\" + Ticket(Call))),
        ["one folder up"] = new(404, null, () => Handshake(Path(Call) + "/..")),
        ["a fragment"] = new(403, "ticket Malformed", () => Handshake(Path(Call) + "#x")),
        ["a path parameter"] = new(403, "ticket Malformed", () => Handshake(Path(Call) + ";x=1")),
        ["no path"] = new(404, null, () => Handshake("/")),
        ["an asterisk"] = new(405, null, () => Handshake("*")),
        ["another host's absolute address, forged ticket"] = new(403, "ticket Malformed", () => Handshake("http://relay.example.net" + Path(Call, "x"))),
    };

    private static HandshakeAttack Malformed(Func<string, string> change) => new(403, "ticket Malformed", () => Handshake(Path(Call, change(Ticket(Call, nonce: Nonce)))));

    private static HandshakeAttack Forged(Func<string, string> change) => new(403, "ticket Forged", () => Handshake(Path(Call, change(Ticket(Call, nonce: Nonce)))));

    private static HandshakeAttack Method(string method) => new(405, null, () => Handshake(Path(Call)).Replace("GET /", method + " /", StringComparison.Ordinal));

    private static HandshakeAttack NoWebSocket(Func<string, string> change) => new(400, "no WebSocket", () => change(Handshake(Path(Call))));

    private static string Without(string request, string header) =>
        string.Join("\r\n", request.Split("\r\n").Where(line => !line.StartsWith(header + ":", StringComparison.Ordinal)));

    private static string Part(string ticket, int index, Func<string, string> change)
    {
        var parts = ticket.Split('.');
        parts[index] = change(parts[index]);
        return string.Join('.', parts);
    }

    private static string SwapCase(string text) => string.Concat(text.Select(one => char.IsAsciiLetterLower(one) ? char.ToUpperInvariant(one) : char.ToLowerInvariant(one)));
}
