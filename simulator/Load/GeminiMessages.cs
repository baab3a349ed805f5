using System.Runtime.InteropServices;
using System.Text;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// What Gemini Live says in a load, as whole WebSocket frames made once for all calls: JSON by hand, indented, with the
/// binary opcode, as the service was seen to send it. Source: https://ai.google.dev/api/live#BidiGenerateContentServerMessage
/// </summary>
internal static class GeminiMessages
{
    private const int SamplesOfChunk = 960; // 40 ms at 24 kHz

    private static readonly byte[][] Sounds = [.. Enumerable.Range(0, Levels.Count).Select(SoundOf)];

    // {"setupComplete":{}}
    public static byte[] SetupComplete { get; } = Frame("""
        {
          "setupComplete": {}
        }
        """);

    // {"serverContent":{"inputTranscription":{"text":"…"}}}
    public static byte[] CallerWords { get; } = Frame("""
        {
          "serverContent": {
            "inputTranscription": {
              "text": " Do you have a table for four people tonight?"
            }
          }
        }
        """);

    // {"serverContent":{"outputTranscription":{"text":"…"}}}
    public static byte[] AgentWords { get; } = Frame("""
        {
          "serverContent": {
            "outputTranscription": {
              "text": " we are open until six"
            }
          }
        }
        """);

    // {"serverContent":{"interrupted":true}}
    public static byte[] Interrupted { get; } = Frame("""
        {
          "serverContent": {
            "interrupted": true
          }
        }
        """);

    // {"serverContent":{"generationComplete":true}}
    public static byte[] GenerationComplete { get; } = Frame("""
        {
          "serverContent": {
            "generationComplete": true
          }
        }
        """);

    // {"serverContent":{"turnComplete":true},"usageMetadata":{"totalTokenCount":…}}
    public static byte[] TurnComplete { get; } = Frame("""
        {
          "serverContent": {
            "turnComplete": true
          },
          "usageMetadata": {
            "promptTokenCount": 310,
            "responseTokenCount": 104,
            "totalTokenCount": 414
          }
        }
        """);

    // {"sessionResumptionUpdate":{"newHandle":"…","resumable":true}}
    public static byte[] ResumptionUpdate { get; } = Frame("""
        {
          "sessionResumptionUpdate": {
            "newHandle": "CihleHBsYWluZWQtbm93aGVyZS1hbmQtb3BhcXVlLXRvLWFueWJvZHk",
            "resumable": true
          }
        }
        """);

    /// <summary>40 ms of sound of one level.</summary>
    public static byte[] Sound(int level) => Sounds[level];

    // {"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000","data":"…"}}]}}}
    private static byte[] SoundOf(int level)
    {
        var pcm = new short[SamplesOfChunk];
        pcm.AsSpan().Fill(Levels.Amplitude(level));
        return Frame($$"""
            {
              "serverContent": {
                "modelTurn": {
                  "parts": [
                    {
                      "inlineData": {
                        "mimeType": "audio/pcm;rate=24000",
                        "data": "{{Convert.ToBase64String(MemoryMarshal.AsBytes(pcm.AsSpan()))}}"
                      }
                    }
                  ]
                }
              }
            }
            """);
    }

    private static byte[] Frame(string json) => Frames.Unmasked(Frames.Binary, Encoding.UTF8.GetBytes(json));
}
