using System.Text.Json;
using Google.GenAI;
using Google.GenAI.Types;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Handlers.Closing;

namespace PhoneAgent.Functions;

/// <summary>Asks Gemini for a summary with Google's SDK. The transcript is the user's turn alone; what is wanted is the system instruction and a schema.</summary>
/// <param name="settings">Key and model of the moment.</param>
internal sealed class GeminiCallSummarizer(IOptionsMonitor<GeminiSettings> settings) : ICallSummarizer
{
    /// <inheritdoc />
    public async Task<SummaryAnswer> SummarizeAsync(SummaryTask task, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(task);
        var gemini = settings.CurrentValue;
        using var schema = JsonDocument.Parse(task.AnswerSchema);

        // Vertex AI is ruled out by name: the SDK would take it from the environment, and the key with it elsewhere.
        await using var client = new Client(vertexAI: false, apiKey: gemini.ApiKey);
        var config = new GenerateContentConfig
        {
            SystemInstruction = new Content { Parts = [new Part { Text = task.Instructions }] },
            ResponseMimeType = "application/json",
            ResponseJsonSchema = schema.RootElement.Clone(),
            MaxOutputTokens = SummaryTask.MaxOutputTokens,
        };
        var response = await client.Models.GenerateContentAsync(gemini.TextModel, task.Transcript, config, cancellation).ConfigureAwait(false);
        var text = response.Candidates is [{ Content.Parts: { } parts }, ..] ? string.Concat(parts.Select(part => part.Text)) : null;
        return new SummaryAnswer(text, gemini.TextModel, Tokens(response.UsageMetadata));
    }

    // Thoughts are billed as what is given. Source: https://ai.google.dev/api/generate-content#UsageMetadata
    private static TokenUsage Tokens(GenerateContentResponseUsageMetadata? usage)
    {
        return new TokenUsage(0, Count(usage?.PromptTokenCount) + Count(usage?.ToolUsePromptTokenCount), 0, Count(usage?.CandidatesTokenCount) + Count(usage?.ThoughtsTokenCount));

        static long Count(int? tokens) => Math.Max(0, tokens ?? 0);
    }
}
