using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>
/// Gemini's text models without Google: answers <c>generateContent</c> with the beginnings of the lines it was given, so that an answer can be
/// traced to its question, and refuses what the real one refuses. Source: https://ai.google.dev/api/generate-content
/// </summary>
/// <param name="apiKey">The key that is accepted.</param>
public sealed class SimulatedTextModel(string apiKey)
{
    private const int WordsOfALine = 4;
    private const int LongestAnswer = 1_500;
    private const int MaxRequestBytes = 1024 * 1024;
    private const int Thoughts = 12;

    // Of https://ai.google.dev/api/generate-content#request-body
    private static readonly HashSet<string> Fields =
    [
        "model", "contents", "tools", "toolConfig", "safetySettings", "systemInstruction", "generationConfig", "cachedContent",
        "tool_config", "safety_settings", "system_instruction", "generation_config", "cached_content",
    ];

    private readonly Lock _gate = new();
    private readonly List<JsonObject> _requests = [];

    /// <summary>The requests that were answered, each with its <c>model</c> from the address.</summary>
    public IReadOnlyList<JsonObject> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Serves one request to a model's <c>generateContent</c>.</summary>
    internal async Task ServeAsync(HttpContext context, string model)
    {
        var (request, refusal) = await ReadAsync(context.Request);
        if (refusal is not null)
        {
            await refusal.WriteAsync(context);
            return;
        }

        request!["model"] = model;
        lock (_gate)
        {
            _requests.Add(request);
        }

        var asked = string.Join('\n', request["contents"]!.AsArray().SelectMany(content => content!["parts"]!.AsArray()).Select(part => (string?)part!["text"] ?? ""));
        context.Response.ContentType = "application/json; charset=UTF-8";
        await context.Response.WriteAsync(Answer(model, asked).ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static JsonObject Answer(string model, string asked) => new()
    {
        ["candidates"] = new JsonArray(new JsonObject
        {
            ["content"] = new JsonObject { ["parts"] = new JsonArray(new JsonObject { ["text"] = Extract(asked) }), ["role"] = "model" },
            ["finishReason"] = "STOP",
            ["index"] = 0,
        }),
        ["usageMetadata"] = new JsonObject { ["promptTokenCount"] = asked.Length / 4, ["candidatesTokenCount"] = Extract(asked).Length / 4, ["thoughtsTokenCount"] = Thoughts, ["totalTokenCount"] = (asked.Length / 4) + (Extract(asked).Length / 4) + Thoughts },
        ["modelVersion"] = model,
        ["responseId"] = "simulated",
    };

    private static string Extract(string asked)
    {
        var lines = asked.Split('\n').Where(line => !line.StartsWith('<')).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(WordsOfALine)));
        var text = string.Join("; ", lines);
        return text[^Math.Min(text.Length, LongestAnswer)..];
    }

    private async Task<(JsonObject? Request, ApiRefusal? Refusal)> ReadAsync(HttpRequest request)
    {
        var key = request.Headers[GeminiWire.KeyHeader].FirstOrDefault() ?? request.Query[GeminiWire.KeyQuery].FirstOrDefault();
        if (string.IsNullOrEmpty(key))
        {
            return (null, new ApiRefusal(StatusCodes.Status403Forbidden, "PERMISSION_DENIED", GeminiClose.KeyMissing.Reason));
        }

        if (key != apiKey)
        {
            return (null, ApiRefusal.Invalid(GeminiClose.KeyNotValid.Reason));
        }

        if (request.ContentLength is not <= MaxRequestBytes)
        {
            return (null, ApiRefusal.Invalid("Request payload size exceeds the limit."));
        }

        try
        {
            var body = (await JsonNode.ParseAsync(request.Body))!.AsObject();
            return Problem(body) is { } problem ? (null, ApiRefusal.Invalid(problem)) : (body, null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            return (null, ApiRefusal.Invalid("Invalid JSON payload received."));
        }
    }

    private static string? Problem(JsonObject body) =>
        body.Select(field => field.Key).FirstOrDefault(name => !Fields.Contains(name)) is { } unknown ? $"Invalid JSON payload received. Unknown name \"{unknown}\": Cannot find field."
        : body["contents"] is not JsonArray { Count: > 0 } contents ? "* GenerateContentRequest.contents: contents is not specified"
        : contents.Any(content => (string?)content?["role"] is not (null or "user" or "model")) ? "Please use a valid role: user, model."
        : contents.Any(content => content?["parts"] is not JsonArray { Count: > 0 }) ? "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty."
        : null;
}

/// <summary>How Google's APIs refuse a request. Source: https://cloud.google.com/apis/design/errors#http_mapping</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Name">The status as gRPC names it.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record ApiRefusal(int Status, string Name, string Message)
{
    /// <summary>The request is not what it should be.</summary>
    public static ApiRefusal Invalid(string what) => new(StatusCodes.Status400BadRequest, "INVALID_ARGUMENT", what);

    /// <summary>Answers a request with it.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.ContentType = "application/json; charset=UTF-8";
        await context.Response.WriteAsync(new JsonObject { ["error"] = new JsonObject { ["code"] = Status, ["message"] = Message, ["status"] = Name } }.ToJsonString());
    }
}
