using System.Text.Json;
using System.Text.Json.Serialization;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>Reads the body of <c>POST calls</c>. What is wrong is said to who sent it, all at once.</summary>
internal static class CallOrderReader
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        MaxDepth = 16,
        TypeInfoResolver = OrderBodyJson.Default,
    };

    /// <summary>The order, or what is wrong with it.</summary>
    public static (CallOrder? Order, string? Problem) Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize<OrderBody>(body, Json) is { } order ? Check(order) : (null, "The body must be a JSON object with at least \"to\".");
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // Where, not what: the exception's text may quote the body, and this one goes to a log in many clients.
            return (null, $"The body is not JSON of the expected shape{(unreadable is JsonException { Path: { Length: > 0 } path } ? " at " + path : "")}. It takes to, from, agent, context, voicemail and message, each once.");
        }
    }

    private static (CallOrder? Order, string? Problem) Check(OrderBody body)
    {
        var problems = new List<string>();
        if (!PhoneNumber.IsE164(body.To))
        {
            problems.Add("to must be a phone number in E.164 format, for example +14155550100.");
        }

        if (body.From is not null && !PhoneNumber.IsE164(body.From))
        {
            problems.Add("from must be a phone number in E.164 format, for example +14155550100.");
        }

        var voicemail = Voicemail(body.Voicemail, problems);
        CheckMessage(body.Message, voicemail, problems);
        string? context = null;
        if (body.Context is { ValueKind: not JsonValueKind.Null } element)
        {
            (context, var problem) = OrderContext.Read(element);
            problems.AddRange(problem is null ? [] : [problem]);
        }

        return problems.Count == 0
            ? (new CallOrder(body.To!, body.From, body.Agent, context, voicemail, body.Message), null)
            : (null, string.Join(' ', problems));
    }

    private static VoicemailChoice? Voicemail(string? text, List<string> problems)
    {
        VoicemailChoice? choice = text switch
        {
            "hangup" => VoicemailChoice.HangUp,
            "message" => VoicemailChoice.Message,
            "continue" => VoicemailChoice.Continue,
            _ => null,
        };
        if (text is not null && choice is null)
        {
            problems.Add("voicemail must be hangup, message or continue.");
        }

        return choice;
    }

    private static void CheckMessage(string? message, VoicemailChoice? voicemail, List<string> problems)
    {
        if (voicemail == VoicemailChoice.Message && string.IsNullOrWhiteSpace(message))
        {
            problems.Add("voicemail \"message\" needs a message to speak.");
        }
        else if (voicemail != VoicemailChoice.Message && message is not null)
        {
            problems.Add("message is spoken only with voicemail \"message\".");
        }
        else if (message?.Length > PhoneAgentSettings.MaxMessageLength)
        {
            problems.Add($"message is longer than {PhoneAgentSettings.MaxMessageLength} characters.");
        }
    }
}

/// <summary>The body as it comes.</summary>
internal sealed record OrderBody
{
    public string? To { get; init; }

    public string? From { get; init; }

    public string? Agent { get; init; }

    public JsonElement? Context { get; init; }

    public string? Voicemail { get; init; }

    public string? Message { get; init; }
}

[JsonSerializable(typeof(OrderBody))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class OrderBodyJson : JsonSerializerContext;
