using System.Text;
using System.Text.Json.Nodes;
using PhoneAgent.MediaRelay.Twilio;

namespace PhoneAgent.Benchmarks;

/// <summary>What Twilio's messages cost each way, next to a serializer.</summary>
internal sealed class TwilioMessageBenchmarks : IBenchmarkTable
{
    private readonly byte[] _mulaw = new byte[320];
    private readonly byte[] _buffer = new byte[StreamMessageWriter.MaxMessageBytes];
    private readonly StreamMessageWriter _writer = new("MZ0123456789abcdef0123456789abcdef");
    private readonly byte[] _frame;
    private readonly byte[] _mark = """{"event":"mark","sequenceNumber":"4","streamSid":"MZ0123456789abcdef0123456789abcdef","mark":{"name":"123456"}}"""u8.ToArray();

    public TwilioMessageBenchmarks()
    {
        new Random(1).NextBytes(_mulaw);
        _frame = Encoding.UTF8.GetBytes($$$$"""{"event":"media","sequenceNumber":"1234","media":{"track":"inbound","chunk":"1233","timestamp":"24680","payload":"{{{{Convert.ToBase64String(_mulaw[..160])}}}}"},"streamSid":"MZ0123456789abcdef0123456789abcdef"}""");
    }

    public string Title => "Twilio's messages";

    public IEnumerable<Benchmark> Benchmarks =>
    [
        new("read a 20 ms frame, with its audio", () => StreamMessage.Read(_frame).TryDecodeAudio(_buffer, out _)),
        new("read it by the parser", () => StreamMessage.Parse(_frame).TryDecodeAudio(_buffer, out _)),
        new("read it by a serializer", ReadBySerializer),
        new("read a mark", () => StreamMessage.Read(_mark)),
        new("write 40 ms of media", () => _writer.Media(_mulaw, _buffer)),
        new("write it by a serializer", WriteBySerializer),
        new("write a mark", () => _writer.Mark(123_456, _buffer)),
    ];

    private void ReadBySerializer() => JsonNode.Parse(_frame)!["media"]!["payload"]!.GetValue<string>().AsSpan().CopyTo(new char[216]);

    private void WriteBySerializer() => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["event"] = "media",
        ["streamSid"] = "MZ0123456789abcdef0123456789abcdef",
        ["media"] = new JsonObject { ["payload"] = Convert.ToBase64String(_mulaw) },
    }.ToJsonString());
}
