using System.Text;
using System.Text.Json.Nodes;
using PhoneAgent.MediaRelay.Gemini;

namespace PhoneAgent.Benchmarks;

/// <summary>What Gemini's messages cost each way, next to a serializer.</summary>
internal sealed class GeminiMessageBenchmarks : IBenchmarkTable
{
    private readonly short[] _pcm16k = new short[320];
    private readonly byte[] _buffer = new byte[ClientMessages.AudioLength(320)];
    private readonly byte[] _pcm24k = new byte[4_096];
    private readonly ServerMessage _message = new();
    private readonly byte[] _chunk;

    public GeminiMessageBenchmarks()
    {
        var audio = new byte[40 * 48];
        new Random(1).NextBytes(audio);
        _chunk = Encoding.UTF8.GetBytes($$$$"""
            {
              "serverContent": {
                "modelTurn": {
                  "parts": [
                    {
                      "inlineData": {
                        "mimeType": "audio/pcm;rate=24000",
                        "data": "{{{{Convert.ToBase64String(audio)}}}}"
                      }
                    }
                  ]
                }
              }
            }
            """);
    }

    public string Title => "Gemini's messages";

    public IEnumerable<Benchmark> Benchmarks =>
    [
        new("write 20 ms of caller audio", () => ClientMessages.Audio(_pcm16k, _buffer)),
        new("write it by a serializer", WriteBySerializer),
        new("read 40 ms of agent audio, indented JSON", Read),
        new("read it by a serializer", () => Convert.FromBase64String(JsonNode.Parse(_chunk)!["serverContent"]!["modelTurn"]!["parts"]![0]!["inlineData"]!["data"]!.GetValue<string>())),
    ];

    private void Read()
    {
        _message.TryRead(_chunk);
        _message.TryDecodeAudio(0, _chunk, _pcm24k, out _);
    }

    private void WriteBySerializer() => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["realtimeInput"] = new JsonObject
        {
            ["audio"] = new JsonObject
            {
                ["data"] = Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_pcm16k.AsSpan())),
                ["mimeType"] = "audio/pcm;rate=16000",
            },
        },
    }.ToJsonString());
}
