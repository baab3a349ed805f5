using System.Text.Json;
using System.Text.Json.Nodes;
using PhoneAgent.Core.Agents;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>The tools an agent has without listing them: to end the call, to hand it to a person or to another agent, each as its profile allows. The model learns names, never numbers.</summary>
internal static class CallControlTools
{
    // They do nothing that takes time, so none is slow.
    private static readonly ToolRules Rules = new() { SlowAfterSeconds = 0 };

    /// <summary>The tools of a profile.</summary>
    public static IEnumerable<CallTool> Of(AgentProfile agent, ICallControl control)
    {
        if (agent.EndCall.Allowed)
        {
            yield return new CallTool(
                "end_call",
                $"Ends the call after your last words. Use it when this holds: {agent.EndCall.When} Say goodbye in one short sentence.",
                default,
                Rules,
                (_, _) => Task.FromResult(control.EndCall()));
        }

        if (agent.TransferTargets.Count > 0)
        {
            yield return new CallTool(
                "transfer_call",
                "Connects the caller to a person and ends your part of the call. Tell the caller before. " + Choices(agent.TransferTargets.Select(one => (one.Key, one.Value.When))),
                Schema("target", "Whom.", agent.TransferTargets.Keys, "reason", "Why the caller wants them, in a few words; they hear it before they take the call."),
                Rules,
                (call, _) => Task.FromResult(control.TransferCall(call.Arguments.GetProperty("target").GetString()!, call.Arguments.GetProperty("reason").GetString()!)));
        }

        if (agent.HandOff.Count > 0)
        {
            yield return new CallTool(
                "hand_off",
                "Lets another assistant go on with this conversation. " + Choices(agent.HandOff.Select(one => (one.Key, one.Value.When))),
                Schema("agent", "Which.", agent.HandOff.Keys),
                Rules,
                (call, _) => Task.FromResult(control.HandOff(call.Arguments.GetProperty("agent").GetString()!)));
        }
    }

    private static string Choices(IEnumerable<(string Name, string? When)> choices) => "There are: " + string.Join("; ", choices.Select(one => one.When is null ? one.Name : $"{one.Name} ({one.When})")) + ".";

    private static JsonElement Schema(string name, string description, IEnumerable<string> values, string? text = null, string? textDescription = null)
    {
        var properties = new JsonObject { [name] = new JsonObject { ["type"] = "string", ["description"] = description, ["enum"] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]) } };
        var required = new JsonArray(name);
        if (text is not null)
        {
            properties[text] = new JsonObject { ["type"] = "string", ["description"] = textDescription };
            required.Add(text);
        }

        return JsonSerializer.SerializeToElement(new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required });
    }
}
