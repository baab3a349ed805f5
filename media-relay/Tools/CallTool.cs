using System.Text.Json;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Json;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>One function an agent may call, whatever carries it out. Holds nothing of a call, so that all calls share it.</summary>
internal sealed class CallTool
{
    private readonly SchemaCheck _check;

    /// <summary>Describes a tool.</summary>
    /// <param name="name">What the model calls it.</param>
    /// <param name="description">What it does and when to use it, for the model.</param>
    /// <param name="schema">JSON schema of the arguments, of type object; undefined for none.</param>
    /// <param name="rules">How long it may take, how much it may say, and when the model speaks of it.</param>
    /// <param name="run">Carries it out; may fail, hang and ignore its cancellation.</param>
    /// <exception cref="GeminiSchemaException">Gemini cannot be told these arguments.</exception>
    public CallTool(string name, string description, JsonElement schema, ToolRules rules, Func<ToolCall, CancellationToken, Task<FunctionAnswer>> run)
    {
        Name = name;
        Description = description;
        Rules = rules;
        Run = run;
        Parameters = GeminiSchema.Of(schema);
        _check = new SchemaCheck(schema);
    }

    /// <summary>What the model calls it.</summary>
    public string Name { get; }

    /// <summary>What it does and when to use it.</summary>
    public string Description { get; }

    /// <summary>What holds for it.</summary>
    public ToolRules Rules { get; }

    /// <summary>Its arguments as Gemini's schema, JSON; null when it has none.</summary>
    public string? Parameters { get; }

    /// <summary>Carries it out.</summary>
    public Func<ToolCall, CancellationToken, Task<FunctionAnswer>> Run { get; }

    /// <summary>What is wrong with arguments of the model, in words for it; null when they fit.</summary>
    public string? Problem(JsonElement arguments)
    {
        var problems = _check.Problems(arguments);
        return problems.Count == 0 ? null : string.Join(" ", problems.Take(5));
    }
}

/// <summary>One call of a tool.</summary>
/// <param name="Arguments">A JSON object that fits the tool's schema.</param>
/// <param name="Call">The phone call it runs in.</param>
/// <param name="Logger">Within the call's scope.</param>
internal sealed record ToolCall(JsonElement Arguments, PhoneCall Call, ILogger Logger);
