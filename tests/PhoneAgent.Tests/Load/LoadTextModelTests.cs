using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.Simulator.Load;

namespace PhoneAgent.Tests.Load;

public sealed class LoadTextModelTests
{
    [Fact]
    public async Task A_load_s_relay_gets_notes_of_long_calls_too()
    {
        await using var gemini = new LoadGemini(0);
        using var model = new GeminiTextModel(new FixedOptions<GeminiSettings>(new GeminiSettings { ApiKey = "any", Endpoint = gemini.Endpoint }));

        for (var time = 0; time < 2; time++)
        {
            var answer = await model.AskAsync("Note it.", new string('x', 100_000), CancellationToken.None);
            Assert.Null(answer.Problem);
            Assert.Contains("opening hours", answer.Text, StringComparison.Ordinal);
            Assert.Equal(new TokenUsage(0, 3_200, 0, 40), answer.Tokens);
        }
    }
}
