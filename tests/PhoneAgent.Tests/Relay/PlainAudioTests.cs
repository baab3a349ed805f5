using System.Text;
using PhoneAgent.MediaRelay.Gemini;

namespace PhoneAgent.Tests.Relay;

public sealed class PlainAudioTests
{
    private const string Indented = """
        {
          "serverContent": {
            "modelTurn": {
              "parts": [
                {
                  "inlineData": {
                    "mimeType": "audio/pcm;rate=24000",
                    "data": "AAECAwQF//8="
                  }
                }
              ]
            }
          }
        }

        """;

    private const string Short = """{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"AAECAwQF//8=","mimeType":"audio/pcm"}}]}}}""";

    [Theory]
    [InlineData(Indented)]
    [InlineData(Short)]
    public void The_forms_Gemini_writes_are_found_without_parsing(string message)
    {
        Assert.True(PlainAudio.TryFind(Encoding.UTF8.GetBytes(message), out var part));
        Assert.Equal("AAECAwQF//8=", message.Substring(part.Start, part.Length));
    }

    [Theory]
    [InlineData("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm","data":"AAE="}}]},"turnComplete":true}}""")]
    [InlineData("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm","data":"AAE="}},{"text":"x"}]}}}""")]
    [InlineData("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio\/pcm","data":"AAE="}}]}}}""")]
    [InlineData("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=48000","data":"AA\u002B="}}]}}}""")]
    [InlineData("""{"usageMetadata":{},"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm","data":"AAE="}}]}}}""")]
    public void Any_other_form_is_left_to_the_parser_which_reads_it(string message)
    {
        var utf8 = Encoding.UTF8.GetBytes(message);
        var read = new ServerMessage();

        Assert.False(PlainAudio.TryFind(utf8, out _));
        Assert.True(read.TryRead(utf8));
        Assert.Equal(1, read.AudioParts);
    }

    [Fact]
    public void Whatever_is_found_without_parsing_the_parser_finds_too_and_nothing_else()
    {
        var random = new Random(20261121);
        var (parsed, audio, found) = (new ServerMessage(), new byte[1_000], 0);
        for (var i = 0; i < 200_000; i++)
        {
            var utf8 = Mutations.Of(Encoding.UTF8.GetBytes(random.Next(2) == 0 ? Indented : Short), random);
            if (!PlainAudio.TryFind(utf8, out var part))
            {
                continue;
            }

            found++;
            Assert.True(parsed.TryParse(utf8), Encoding.UTF8.GetString(utf8));
            Assert.Equal(1, parsed.AudioParts);
            Assert.False(parsed.SetupComplete || parsed.Interrupted || parsed.GenerationComplete || parsed.TurnComplete || parsed.GoAway || parsed.ResumptionUpdate);
            Assert.Equal((null, 0, 0, 0), (parsed.TotalTokens, parsed.InputTranscript.Length + parsed.OutputTranscript.Length, parsed.Calls.Count, parsed.CancelledCalls.Count));

            var isAudio = parsed.TryDecodeAudio(0, utf8, audio, out var length);
            var expected = audio[..length];
            parsed.TryRead(utf8);
            Assert.Equal((isAudio, 1), (parsed.TryDecodeAudio(0, utf8, audio, out length), parsed.AudioParts));
            Assert.Equal(expected, audio[..length]);
            Assert.InRange(part.Length, 1, utf8.Length);
        }

        // Both sides of the question were asked often enough.
        Assert.InRange(found, 5_000, 195_000);
    }
}
