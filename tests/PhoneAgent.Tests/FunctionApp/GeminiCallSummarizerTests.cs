using System.Text.Json;
using Google.GenAI;
using Google.GenAI.Types;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Functions;
using PhoneAgent.Handlers.Closing;
using PhoneAgent.Tests.Handlers;

namespace PhoneAgent.Tests.FunctionApp;

/// <summary>The function app's way to Gemini's text model, compiled against stand-ins of the SDK.</summary>
public sealed class GeminiCallSummarizerTests : IDisposable
{
    private static readonly SummaryTask Task1 = new("Be brief.", "<transcript>\n</transcript>", """{"type":"object"}""");

    private readonly string _key = Guid.NewGuid().ToString("n");
    private readonly ChangingConfiguration _configuration;
    private readonly ServiceProvider _services;

    public GeminiCallSummarizerTests()
    {
        _configuration = new(new() { ["Gemini:ApiKey"] = _key });
        _services = new ServiceCollection().AddFunctionsConfiguration(new ConfigurationBuilder().Add(_configuration).Build()).AddVendorServices().BuildServiceProvider();
    }

    private ICallSummarizer Summarizer => _services.GetRequiredService<ICallSummarizer>();

    [Fact]
    public async Task Instructions_transcript_and_schema_go_their_own_ways()
    {
        Asked? asked = null;
        Client.Answers[_key] = (one, _) =>
        {
            asked = one;
            return Task.FromResult(Says("{\"a\":", "1}"));
        };
        Assert.Equal(new SummaryAnswer("{\"a\":1}", "gemini-3.6-flash", default), await Summarizer.SummarizeAsync(Task1, default));
        Assert.Equal(("gemini-3.6-flash", Task1.Transcript), (asked!.Model, asked.Contents));
        Assert.Equal("Be brief.", asked.Config.SystemInstruction!.Parts!.Single().Text);
        Assert.Equal("application/json", asked.Config.ResponseMimeType);
        Assert.Equal("""{"type":"object"}""", JsonSerializer.Serialize(asked.Config.ResponseJsonSchema));
        Assert.Equal(SummaryTask.MaxOutputTokens, asked.Config.MaxOutputTokens);
    }

    [Fact]
    public async Task Key_and_model_of_the_moment_count()
    {
        var other = Guid.NewGuid().ToString("n");
        Client.Answers[other] = (one, _) => Task.FromResult(Says(one.Model));
        _configuration["Gemini:ApiKey"] = other;
        _configuration["Gemini:TextModel"] = "gemini-other";
        Assert.Equal(new SummaryAnswer("gemini-other", "gemini-other", default), await Summarizer.SummarizeAsync(Task1, default));
    }

    [Theory]
    [InlineData(3_000, null, 350, 500, 3_000, 850)]
    [InlineData(3_000, 7, 350, null, 3_007, 350)]
    [InlineData(-3, null, null, null, 0, 0)]
    [InlineData(int.MaxValue, int.MaxValue, 0, 0, 2L * int.MaxValue, 0)]
    public async Task What_an_answer_is_billed_for_is_told_also_when_it_is_of_no_use(int? prompt, int? tools, int? candidates, int? thoughts, long textIn, long textOut)
    {
        var usage = new GenerateContentResponseUsageMetadata { PromptTokenCount = prompt, ToolUsePromptTokenCount = tools, CandidatesTokenCount = candidates, ThoughtsTokenCount = thoughts };
        foreach (var response in new[] { Says("One"), new GenerateContentResponse() })
        {
            Client.Answers[_key] = (_, _) => Task.FromResult(response with { UsageMetadata = usage });
            Assert.Equal(new TokenUsage(AudioIn: 0, textIn, AudioOut: 0, textOut), (await Summarizer.SummarizeAsync(Task1, default)).Tokens);
        }
    }

    [Fact]
    public async Task An_answer_without_words_is_none_and_cancelling_reaches_the_model()
    {
        Client.Answers[_key] = (_, _) => Task.FromResult(new GenerateContentResponse());
        Assert.Null((await Summarizer.SummarizeAsync(Task1, default)).Text);
        Client.Answers[_key] = (_, _) => Task.FromResult(new GenerateContentResponse { Candidates = [new Candidate()] });
        Assert.Null((await Summarizer.SummarizeAsync(Task1, default)).Text);
        Client.Answers[_key] = async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return new GenerateContentResponse();
        };
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Summarizer.SummarizeAsync(Task1, soon.Token));
    }

    public void Dispose() => _services.Dispose();

    private static GenerateContentResponse Says(params string[] parts) => new() { Candidates = [new Candidate { Content = new Content { Parts = [.. parts.Select(text => new Part { Text = text })] } }] };
}
