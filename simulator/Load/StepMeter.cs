namespace PhoneAgent.Simulator.Load;

/// <summary>What one step measures, fed by all its calls. Latencies count only in the steady window, losses always.</summary>
internal sealed class StepMeter
{
    private long _framesSent;
    private long _framesHeard;
    private long _framesLost;
    private long _chunksSent;
    private long _chunksHeard;
    private long _chunksLost;
    private long _clearsMissing;
    private long _gaps;
    private long _gapTicks;
    private volatile bool _measuring;

    /// <summary>Whether the steady window is open.</summary>
    public bool Measuring
    {
        get => _measuring;
        set => _measuring = value;
    }

    /// <summary>From the phone's sending a frame to its audio at Gemini.</summary>
    public LatencyHistogram In { get; } = new();

    /// <summary>From Gemini's sending a message to its audio at the phone.</summary>
    public LatencyHistogram Out { get; } = new();

    /// <summary>The part of <see cref="Out"/> that met an empty playout: the first message of an utterance.</summary>
    public LatencyHistogram OutFirst { get; } = new();

    /// <summary>From Gemini's <c>interrupted</c> to <c>clear</c> at the phone.</summary>
    public LatencyHistogram Clear { get; } = new();

    /// <summary>How late the load itself was with its frames.</summary>
    public LatencyHistogram Lateness { get; } = new();

    /// <summary>Frames that did not arrive, as far as known: skipped ones, and at the end of a step those that never came.</summary>
    public long FramesLost => Interlocked.Read(ref _framesLost);

    /// <summary>Agent audio that did not arrive although nobody interrupted it, in pieces of 40 ms.</summary>
    public long ChunksLost => Interlocked.Read(ref _chunksLost);

    /// <summary>Caller frames sent.</summary>
    public long FramesSent => Interlocked.Read(ref _framesSent);

    /// <summary>Caller frames heard by Gemini.</summary>
    public long FramesHeard => Interlocked.Read(ref _framesHeard);

    /// <summary>Agent audio sent, in pieces of 40 ms.</summary>
    public long ChunksSent => Interlocked.Read(ref _chunksSent);

    /// <summary>Agent audio heard by the phone, in pieces of 40 ms.</summary>
    public long ChunksHeard => Interlocked.Read(ref _chunksHeard);

    /// <summary>Interruptions without a <c>clear</c>.</summary>
    public long ClearsMissing => Interlocked.Read(ref _clearsMissing);

    /// <summary>How often the playout ran dry in the middle of an utterance, in the steady window.</summary>
    public long Gaps => Interlocked.Read(ref _gaps);

    /// <summary>How long that lasted together, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    public long GapTicks => Interlocked.Read(ref _gapTicks);

    /// <summary>Counts a caller frame on its way.</summary>
    public void FrameSent() => Interlocked.Increment(ref _framesSent);

    /// <summary>Counts caller frames that arrived.</summary>
    public void FrameHeard(long ticks)
    {
        Interlocked.Increment(ref _framesHeard);
        RecordIn(In, ticks);
    }

    /// <summary>Counts caller frames that did not arrive.</summary>
    public void AddFramesLost(long frames) => Interlocked.Add(ref _framesLost, frames);

    /// <summary>Counts a piece of agent audio on its way.</summary>
    public void ChunkSent() => Interlocked.Increment(ref _chunksSent);

    /// <summary>Counts a piece of agent audio that arrived.</summary>
    public void ChunkHeard(long ticks, bool first)
    {
        Interlocked.Increment(ref _chunksHeard);
        RecordIn(Out, ticks);
        if (first)
        {
            RecordIn(OutFirst, ticks);
        }
    }

    /// <summary>Counts agent audio that did not arrive.</summary>
    public void AddChunksLost(long chunks) => Interlocked.Add(ref _chunksLost, chunks);

    /// <summary>Counts a <c>clear</c>.</summary>
    public void Cleared(long ticks) => RecordIn(Clear, ticks);

    /// <summary>Counts a <c>clear</c> that never came.</summary>
    public void ClearMissing() => Interlocked.Increment(ref _clearsMissing);

    /// <summary>Counts a hole in the agent's speech.</summary>
    public void Gap(long ticks)
    {
        if (_measuring)
        {
            Interlocked.Increment(ref _gaps);
            Interlocked.Add(ref _gapTicks, ticks);
        }
    }

    /// <summary>Counts how late a frame was sent.</summary>
    public void Late(long ticks) => RecordIn(Lateness, ticks);

    private void RecordIn(LatencyHistogram histogram, long ticks)
    {
        if (_measuring)
        {
            histogram.Record(ticks);
        }
    }
}
