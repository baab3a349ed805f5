using System.Collections.ObjectModel;

namespace PhoneAgent.Core.Agents;

/// <summary>When the agent may end the call. That it ends after silence is <see cref="AgentProfile.IdleSeconds"/>.</summary>
public sealed record EndCallRules
{
    /// <summary>Whether the agent has the tool <c>end_call</c>.</summary>
    public bool Allowed { get; init; } = true;

    /// <summary>When the agent ends the call, for the model.</summary>
    public string When { get; init; } = "The caller has everything they need, or has said goodbye.";

    /// <summary>Longest call that this agent answers, 1–720, also when another takes over; null for <c>Relay__MaxCallMinutes</c> alone, which holds in any case.</summary>
    public int? MaxMinutes { get; init; }
}

/// <summary>Somebody a call can be handed to.</summary>
public sealed record TransferTarget
{
    /// <summary>Where it rings, E.164. The model never learns it.</summary>
    public required string Number { get; init; }

    /// <summary>When the agent hands a call to them, for the model.</summary>
    public string? When { get; init; }

    /// <summary>How long it rings before the call comes back to the agent, 5–120.</summary>
    public int RingSeconds { get; init; } = 20;

    /// <summary>Longest conversation, 1–720; null for what is left of the call's allowance.</summary>
    public int? LimitMinutes { get; init; }

    /// <summary>The number they see, E.164: one the Twilio account has or has verified; null for the caller's.</summary>
    public string? CallerId { get; init; }

    /// <summary>Whether they are told who calls, and why, before they are connected.</summary>
    public bool Whisper { get; init; } = true;

    /// <summary>Whether they must press a key to take the call.</summary>
    public bool Accept { get; init; }
}

/// <summary>Another agent that may take over.</summary>
public sealed record HandOffRules
{
    /// <summary>When the agent hands the call over, for the model.</summary>
    public string? When { get; init; }
}

/// <summary>What the caller's keys do; digits that are not reserved reach the agent together.</summary>
public sealed record KeypadRules
{
    /// <summary>Keys that transfer the call at once: the transfer target's name by key, <c>0</c>–<c>9</c>, <c>*</c>, <c>#</c>.</summary>
    public IReadOnlyDictionary<string, string> Transfer { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The key that ends a number, <c>#</c> or <c>*</c>; null for the pause alone.</summary>
    public string? EndKey { get; init; } = "#";

    /// <summary>Milliseconds without a key that end a number, 500–10,000.</summary>
    public int PauseMs { get; init; } = 2_000;
}

/// <summary>Whether the call is recorded.</summary>
public sealed record RecordingRules
{
    /// <summary>Recorded in stereo.</summary>
    public bool Enabled { get; init; }

    /// <summary>What Twilio says before; there is no recording without.</summary>
    public string? Consent { get; init; }
}
