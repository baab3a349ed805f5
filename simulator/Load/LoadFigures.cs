using System.Text.Json;
using System.Text.Json.Serialization;

namespace PhoneAgent.Simulator.Load;

/// <summary>What a whole load test found; what <c>--json</c> prints.</summary>
internal sealed record LoadFigures
{
    /// <summary>Every step passed.</summary>
    public required bool Passed { get; init; }

    /// <summary>Where and how it was measured.</summary>
    public required LoadSetting Setting { get; init; }

    /// <summary>One entry for each number of calls.</summary>
    public required IReadOnlyList<StepFigures> Steps { get; init; }

    /// <summary>The document's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, LoadFiguresJson.Default.LoadFigures);
}

/// <summary>Where and how a load test was run.</summary>
/// <param name="Processors">Processors of the machine.</param>
/// <param name="Pinning">Which processes were held on which of them.</param>
/// <param name="Runtime">The .NET runtime of the load, and of a relay it starts.</param>
/// <param name="RelaySettings">The relay's runtime settings as its runtimeconfig.json and the environment give them; null for a relay that was there.</param>
internal sealed record LoadSetting(int Processors, string Pinning, string Runtime, string? RelaySettings);

/// <summary>What one step measured. Latencies in milliseconds; null is what could not be measured, or did not happen.</summary>
internal sealed record StepFigures
{
    /// <summary>Calls held at once.</summary>
    public required int Calls { get; init; }

    /// <summary>Length of the steady window.</summary>
    public required double Seconds { get; init; }

    /// <summary>p99 in and out within <see cref="LoadRun.LatencyLimitMs"/>, nothing lost, no problem.</summary>
    public required bool Passed { get; init; }

    /// <summary>What went wrong; empty when nothing did.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Relay: user and system time for each second of each call.</summary>
    public required double? CpuMsPerCallSecond { get; init; }

    /// <summary>Relay: resident memory after its first calls, none being held.</summary>
    public required double? RssIdleMb { get; init; }

    /// <summary>Relay: resident memory above that at the end of the window, for each call.</summary>
    public required double? RssMbPerCall { get; init; }

    /// <summary>Relay: garbage collections in the window.</summary>
    public required GcFigures? Gc { get; init; }

    /// <summary>Relay: bytes allocated for each second of each call.</summary>
    public required double? AllocatedBytesPerCallSecond { get; init; }

    /// <summary>From the phone's sending a frame to the message with its last sample at Gemini.</summary>
    public required LatencyFigures? AddedIn { get; init; }

    /// <summary>From Gemini's sending 40 ms to the message with their last sample at the phone.</summary>
    public required LatencyFigures? AddedOut { get; init; }

    /// <summary>The same, of each utterance's first 40 ms only.</summary>
    public required LatencyFigures? AddedOutFirst { get; init; }

    /// <summary>From <c>interrupted</c> to <c>clear</c>.</summary>
    public required LatencyFigures? InterruptedToClear { get; init; }

    /// <summary>Caller frames of 20 ms.</summary>
    public required LossFigures CallerFrames { get; init; }

    /// <summary>Agent audio in pieces of 40 ms; what an interruption took back is not lost.</summary>
    public required LossFigures AgentChunks { get; init; }

    /// <summary>Interruptions without a <c>clear</c>.</summary>
    public required long ClearsMissing { get; init; }

    /// <summary>How often an utterance stopped because nothing was left to play.</summary>
    public required long PlayoutGaps { get; init; }

    /// <summary>How long that lasted together.</summary>
    public required double PlayoutGapMs { get; init; }

    /// <summary>How much of the relay's processor others took, where it has one for itself: much of it, and the latencies are not the relay's.</summary>
    public required double? OthersPercent { get; init; }

    /// <summary>The load's own processor time for each second of each call: far above it, this machine is too small for the step.</summary>
    public required double? LoadCpuMsPerCallSecond { get; init; }

    /// <summary>How late the load was with its frames: what the other figures cannot be better than.</summary>
    public required LatencyFigures? LoadLateness { get; init; }
}

/// <summary>Collections by generation.</summary>
internal sealed record GcFigures(int Gen0, int Gen1, int Gen2);

/// <summary>Units sent, arrived and lost over the whole of a step.</summary>
internal sealed record LossFigures(long Sent, long Heard, long Lost);

/// <summary>How the figures are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(LoadFigures))]
internal sealed partial class LoadFiguresJson : JsonSerializerContext;
