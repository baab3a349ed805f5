using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay.Tools.Http;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// Gemini's text model over HTTPS, at the Live API's own host. One method of it is needed, so there is no package. The key goes into a header, and
/// no redirect is followed with it.
/// Source: https://ai.google.dev/api/generate-content
/// </summary>
/// <param name="settings">Key, model and address of the moment.</param>
internal sealed class GeminiTextModel(IOptionsMonitor<GeminiSettings> settings) : ITextModel, IDisposable
{
    // Of the answer: far more than is ever used of it, and room to think.
    private const int MaxOutputTokens = 8_192;
    private const int MaxAnswerBytes = 256 * 1024;

    // The writer asks for room for six times as much as it is given at once: an array of the large object heap for a whole conversation.
    private const int PieceLength = 1_024;

    private static readonly TextAnswer Unreadable = new(null, "Gemini's text model gave an answer that cannot be read");

    private readonly HttpMessageInvoker _http = new(new BoundedAnswers(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        },
        MaxAnswerBytes));

    /// <inheritdoc />
    public async Task<TextAnswer> AskAsync(string instructions, string data, CancellationToken cancellation)
    {
        var gemini = settings.CurrentValue;
        using var request = new HttpRequestMessage(HttpMethod.Post, Address(gemini)) { Content = new ReadOnlyMemoryContent(Question(instructions, data)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("x-goog-api-key", gemini.ApiKey);
        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            return response.StatusCode == HttpStatusCode.OK
                ? Read(await response.Content.ReadAsByteArrayAsync(cancellation)) with { Model = gemini.TextModel }
                : new TextAnswer(null, $"Gemini's text model answered HTTP {(int)response.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !cancellation.IsCancellationRequested)
        {
            return new TextAnswer(null, "Gemini's text model cannot be reached");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    // The Live API's address with https for wss; http for ws, on loopback.
    private static Uri Address(GeminiSettings gemini) =>
        new($"http{gemini.Endpoint.TrimEnd('/')["ws".Length..]}/v1beta/models/{gemini.TextModel}:generateContent");

    private static ReadOnlyMemory<byte> Question(string instructions, string data)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024 + (2 * data.Length)); // room for the instructions, and for what is escaped in ordinary words
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartObject("systemInstruction");
        WriteText(json, instructions);
        json.WriteEndObject();
        json.WriteStartArray("contents");
        json.WriteStartObject();
        json.WriteString("role", "user");
        WriteText(json, data);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("generationConfig");
        json.WriteNumber("maxOutputTokens", MaxOutputTokens);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartArray("parts");
        json.WriteStartObject();
        json.WritePropertyName("text");
        var rest = text.AsSpan();
        for (; rest.Length > PieceLength; rest = rest[PieceLength..])
        {
            json.WriteStringValueSegment(rest[..PieceLength], isFinalSegment: false);
        }

        json.WriteStringValueSegment(rest, isFinalSegment: true);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static TextAnswer Read(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return Answer(document.RootElement) with { Tokens = Tokens(document.RootElement) };
        }
        catch (JsonException)
        {
            return Unreadable;
        }
    }

    // The first candidate, when it was said to its end; a model's thoughts are parts of their own.
    private static TextAnswer Answer(JsonElement answer)
    {
        try
        {
            var candidate = answer.GetProperty("candidates")[0];
            if (candidate.TryGetProperty("finishReason", out var reason) && reason.GetString() != "STOP")
            {
                return new TextAnswer(null, "Gemini's text model broke its answer off");
            }

            var parts = candidate.GetProperty("content").GetProperty("parts").EnumerateArray()
                .Where(part => !(part.TryGetProperty("thought", out var thought) && thought.ValueKind == JsonValueKind.True))
                .Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : null);
            return new TextAnswer(string.Concat(parts), null);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return Unreadable;
        }
    }

    // Thoughts are billed as what is given. Source: https://ai.google.dev/api/generate-content#UsageMetadata
    private static TokenUsage Tokens(JsonElement answer)
    {
        return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("usageMetadata", out var usage) && usage.ValueKind == JsonValueKind.Object
            ? new TokenUsage(0, Count("promptTokenCount") + Count("toolUsePromptTokenCount"), 0, Count("candidatesTokenCount") + Count("thoughtsTokenCount"))
            : default;

        long Count(string name) => usage.TryGetProperty(name, out var count) && count.ValueKind == JsonValueKind.Number && count.TryGetInt32(out var number) ? Math.Max(0, number) : 0;
    }
}
