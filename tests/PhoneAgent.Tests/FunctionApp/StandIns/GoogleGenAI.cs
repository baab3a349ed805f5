// Stand-ins for what functions/app uses of the package Google.GenAI 1.x, which not every feed has: same names, same shapes.
// Every client made is kept, with what it was asked. Source: https://github.com/googleapis/dotnet-genai
using System.Collections.Concurrent;
using Google.GenAI.Types;

namespace Google.GenAI
{
    internal sealed class Client : IAsyncDisposable
    {
        public static readonly ConcurrentDictionary<string, Func<Asked, CancellationToken, Task<GenerateContentResponse>>> Answers = new();

        public Client(bool? vertexAI = null, string? apiKey = null)
        {
            Assert.False(vertexAI);
            Models = new Models(apiKey!);
        }

        public Models Models { get; }

        public ValueTask DisposeAsync()
        {
            Models.Disposed = true;
            return ValueTask.CompletedTask;
        }
    }

    internal sealed class Models(string apiKey)
    {
        public bool Disposed { get; set; }

        public async Task<GenerateContentResponse> GenerateContentAsync(string model, string contents, GenerateContentConfig? config = null, CancellationToken cancellationToken = default)
        {
            var answer = await Client.Answers[apiKey](new Asked(model, contents, config!), cancellationToken);
            Assert.False(Disposed, "The client was disposed of while it was used.");
            return answer;
        }
    }

    internal sealed record Asked(string Model, string Contents, GenerateContentConfig Config);
}

namespace Google.GenAI.Types
{
    internal sealed record GenerateContentConfig
    {
        public Content? SystemInstruction { get; set; }

        public string? ResponseMimeType { get; set; }

        public object? ResponseJsonSchema { get; set; }

        public int? MaxOutputTokens { get; set; }
    }

    internal sealed record Content
    {
        public List<Part>? Parts { get; set; }
    }

    internal sealed record Part
    {
        public string? Text { get; set; }
    }

    internal sealed record Candidate
    {
        public Content? Content { get; set; }
    }

    internal sealed record GenerateContentResponse
    {
        public List<Candidate>? Candidates { get; set; }

        public GenerateContentResponseUsageMetadata? UsageMetadata { get; set; }
    }

    internal sealed record GenerateContentResponseUsageMetadata
    {
        public int? PromptTokenCount { get; set; }

        public int? ToolUsePromptTokenCount { get; set; }

        public int? CandidatesTokenCount { get; set; }

        public int? ThoughtsTokenCount { get; set; }
    }
}
