using System.Text;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Gemini;

namespace PhoneAgent.Tests.Relay;

public sealed class ServerMessageTests
{
    private readonly ServerMessage _message = new();

    [Fact]
    public void Several_meanings_in_one_message_are_all_read_whatever_their_order()
    {
        var utf8 = Read("""
            {
              "usageMetadata": { "totalTokenCount": 321, "promptTokensDetails": [ { "modality": "AUDIO", "tokenCount": 7 } ] },
              "serverContent": {
                "turnComplete": true,
                "generationComplete": true,
                "outputTranscription": { "text": "Grüß ", "finished": false },
                "modelTurn": { "parts": [
                  { "inlineData": { "mimeType": "audio/pcm;rate=24000", "data": "AQID" } },
                  { "text": "thinking" },
                  { "inlineData": { "data": "BAUG", "mimeType": "audio\/pcm" } } ] },
                "inputTranscription": { "text": "caf\u00e9" },
                "somethingNew": { "deep": [ [ { } ] ] }
              }
            }
            """);

        Assert.True(_message.GenerationComplete);
        Assert.True(_message.TurnComplete);
        Assert.False(_message.Interrupted);
        Assert.Equal(321, _message.TotalTokens);
        Assert.Equal("Grüß ", Encoding.UTF8.GetString(_message.OutputTranscript));
        Assert.Equal("café", Encoding.UTF8.GetString(_message.InputTranscript));
        Assert.Equal(2, _message.AudioParts);
        Assert.Equal([1, 2, 3], Audio(utf8, 0));
        Assert.Equal([4, 5, 6], Audio(utf8, 1));
    }

    [Fact]
    public void Base64_written_with_escapes_is_decoded()
    {
        var utf8 = Read("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm","data":"\u002B\/\u002B/"}}]}}}""");

        Assert.Equal([0xFB, 0xFF, 0xBF], Audio(utf8, 0));
    }

    [Fact]
    public void Data_that_is_no_audio_is_left_out()
    {
        Read("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"inlineData":{"mimeType":"audio/pcm","data":""}}]}}}""");

        Assert.Equal(0, _message.AudioParts);
    }

    [Fact]
    public void Tool_calls_and_their_cancellation_are_read()
    {
        Read("""{"toolCall":{"functionCalls":[{"id":"call-1","name":"get_weather","args":{"city":"Graz"}},{"name":"f"}]},"toolCallCancellation":{"ids":["call-0"]}}""");

        Assert.Equal([new FunctionCall("call-1", "get_weather", """{"city":"Graz"}"""), new FunctionCall(null, "f", "{}")], _message.Calls);
        Assert.Equal(["call-0"], _message.CancelledCalls);
    }

    [Theory]
    [InlineData("""{"usageMetadata":{"promptTokenCount":522,"responseTokenCount":42,"totalTokenCount":564,"promptTokensDetails":[{"modality":"TEXT","tokenCount":332},{"modality":"AUDIO","tokenCount":165}],"responseTokensDetails":[{"modality":"AUDIO","tokenCount":42}],"thoughtsTokenCount":136}}""", 165, 357, 42, 136)]
    [InlineData("""{"usageMetadata":{"promptTokenCount":20,"responseTokenCount":10,"totalTokenCount":37,"toolUsePromptTokenCount":7,"promptTokensDetails":[{"modality":"TEXT","tokenCount":20}]}}""", 0, 27, 10, 0)]
    [InlineData("""{"usageMetadata":{"promptTokenCount":20,"responseTokenCount":10,"totalTokenCount":30}}""", 20, 0, 10, 0)]
    [InlineData("""{"usageMetadata":{"promptTokenCount":-20,"responseTokenCount":"x","totalTokenCount":30,"promptTokensDetails":7,"responseTokensDetails":[{"modality":7,"tokenCount":[1]}]}}""", 0, 0, 0, 0)]
    public void Tokens_are_told_apart_by_direction_and_modality(string json, long audioIn, long textIn, long audioOut, long textOut)
    {
        Read(json);
        Assert.Equal(new TokenUsage(audioIn, textIn, audioOut, textOut), _message.Tokens);
        Assert.NotNull(_message.TotalTokens);
        Read("{}");
        Assert.Equal(default, _message.Tokens);
    }

    [Fact]
    public void A_message_leaves_nothing_behind_for_the_next_one()
    {
        Read("""{"setupComplete":{},"goAway":{"timeLeft":"50s"},"serverContent":{"interrupted":true,"inputTranscription":{"text":"a"},"outputTranscription":{"text":"b"},"modelTurn":{"parts":[{"inlineData":{"data":"AAAA"}}]}}}""");
        Assert.True(_message is { SetupComplete: true, GoAway: true, Interrupted: true, AudioParts: 1 });

        Read("{}");

        Assert.False(_message.SetupComplete || _message.GoAway || _message.Interrupted);
        Assert.Equal(0, _message.AudioParts + _message.InputTranscript.Length + _message.OutputTranscript.Length);
        Assert.Null(_message.TotalTokens);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"serverContent":[]}""")]
    [InlineData("""{"serverContent":{"modelTurn":{"parts":[7]}}}""")]
    [InlineData("""{"serverContent":{"interrupted":true}}}""")]
    [InlineData("""{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":7}}]}}}""")]
    [InlineData("""{"toolCall":{"functionCalls":7}}""")]
    [InlineData("""{"toolCall":7}""")]
    public void What_is_no_message_is_told_and_nothing_of_it_is_kept(string json)
    {
        Assert.False(_message.TryRead(Encoding.UTF8.GetBytes(json)));
        Assert.False(_message.Interrupted);
        Assert.Equal(0, _message.AudioParts);
    }

    private byte[] Read(string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        Assert.True(_message.TryRead(utf8));
        return utf8;
    }

    private byte[] Audio(byte[] utf8, int part)
    {
        var pcm = new byte[_message.MaxAudioBytes(part)];
        Assert.True(_message.TryDecodeAudio(part, utf8, pcm, out var length));
        return pcm[..length];
    }
}
