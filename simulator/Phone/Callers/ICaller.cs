namespace PhoneAgent.Simulator.Phone.Callers;

/// <summary>The person at the phone. Asked every 20 ms of the call, on one thread at a time; must not block.</summary>
public interface ICaller
{
    /// <summary>Says the next 20 ms.</summary>
    /// <param name="now">What the line is like.</param>
    /// <param name="mulaw">160 bytes, filled with silence; whoever speaks writes over them.</param>
    CallerFrame NextFrame(CallMoment now, Span<byte> mulaw);

    /// <summary>After the call: why it did not go as this caller wanted; null if it did.</summary>
    string? Complaint { get; }
}

/// <summary>What the caller does besides the sound of a frame.</summary>
/// <param name="Line">The line this frame belongs to; null while the caller is silent.</param>
/// <param name="Digit">A key pressed in this frame: 0–9, *, #.</param>
/// <param name="HangsUp">The caller puts the phone down; this frame is not sent any more.</param>
/// <param name="LosesStream">The network takes the media stream away, without a goodbye.</param>
public readonly record struct CallerFrame(CallerLine? Line = null, char? Digit = null, bool HangsUp = false, bool LosesStream = false);

/// <summary>Something the caller says in one go.</summary>
/// <param name="Turn">Its number in the conversation; 1 is the first thing the caller says.</param>
/// <param name="Text">The words, or the name of the clip.</param>
/// <param name="BargesIn">Said in the middle of the agent's line, on purpose.</param>
public sealed record CallerLine(int Turn, string Text, bool BargesIn);

/// <summary>What a caller perceives when the next frame is due.</summary>
public readonly ref struct CallMoment
{
    /// <summary>The number of the frame that is asked for; 0 is the first of the answered call.</summary>
    public required int Frame { get; init; }

    /// <summary>Whether a media stream is open; otherwise nobody hears what the caller says.</summary>
    public required bool Connected { get; init; }

    /// <summary>Whether the agent is heard speaking; pauses between words do not count as silence.</summary>
    public required bool AgentSpeaks { get; init; }

    /// <summary>How many times the agent has begun to speak.</summary>
    public required int AgentBegun { get; init; }

    /// <summary>How many times it has fallen silent again.</summary>
    public required int AgentFinished { get; init; }

    /// <summary>Whether the last time it was cut off, rather than heard to the end.</summary>
    public required bool AgentWasCut { get; init; }

    /// <summary>The frame in which the agent last began to be heard.</summary>
    public required int AgentBeganAt { get; init; }

    /// <summary>The last frame in which anything was audible, plus one.</summary>
    public required int AgentAudibleUntil { get; init; }

    /// <summary>The 20 ms heard just now, µ-law; empty before the first.</summary>
    public required ReadOnlySpan<byte> Heard { get; init; }

    /// <summary>Time since the call was answered.</summary>
    public int AtMs => Frame * LineFrames.Ms;
}
