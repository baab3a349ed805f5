namespace PhoneAgent.Core.Agents;

/// <summary>What an agent's model does otherwise than the configuration says; which model takes what, <see cref="LiveModel"/> knows.</summary>
public sealed record ModelRules
{
    /// <summary>A Gemini Live model, without <c>models/</c>; null for <c>Gemini__Model</c>.</summary>
    public string? Name { get; init; }

    /// <summary>0–2; null for the model's own.</summary>
    public double? Temperature { get; init; }

    /// <summary>0–1; null for the model's own.</summary>
    public double? TopP { get; init; }

    /// <summary>How much it thinks before it speaks; null for the model's own.</summary>
    public ThinkingLevel? ThinkingLevel { get; init; }

    /// <summary>Tokens of thought, for the models of 2.5; null for the model's own.</summary>
    public int? ThinkingBudget { get; init; }

    /// <summary>At how many tokens the oldest part of the conversation is forgotten, 5,000–128,000; null for the model's own.</summary>
    public int? CompressAtTokens { get; init; }
}

/// <summary>Gemini's levels of thinking. Source: https://ai.google.dev/api/generate-content#ThinkingConfig</summary>
public enum ThinkingLevel
{
    /// <summary>Hardly.</summary>
    Minimal,

    /// <summary>A little.</summary>
    Low,

    /// <summary>More.</summary>
    Medium,

    /// <summary>Most.</summary>
    High,
}
