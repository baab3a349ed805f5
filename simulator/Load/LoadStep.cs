using System.Diagnostics;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// One step: a number of calls is opened and held until everything runs steadily, measured for a while, brought to rest
/// and hung up.
/// </summary>
/// <param name="calls">How many.</param>
/// <param name="window">How long is measured.</param>
/// <param name="progress">Told what is going on.</param>
internal sealed class LoadStep(int calls, TimeSpan window, Action<string> progress)
{
    /// <summary>Calls run for so long before they are measured: a fresh process compiles its hot code again in the first seconds.</summary>
    public static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    private const int FirstCalls = 2;

    private static readonly TimeSpan FirstCallsLast = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(0.5);

    private readonly StepMeter _meter = new();
    private readonly List<string> _problems = [];

    /// <summary>Runs the step against a relay.</summary>
    /// <param name="relay">The relay.</param>
    /// <param name="gemini">Where the relay finds Gemini.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<StepFigures> RunAsync(MeasuredRelay relay, LoadGemini gemini, CancellationToken cancellation)
    {
        var idleBytes = await IdleBytesAsync(relay, gemini, cancellation);
        using var group = new CallGroup(calls, relay.Target, _meter);
        gemini.Group = group;
        progress($"{calls} calls: opening");
        _problems.AddRange(await group.OpenAsync(cancellation));
        if (_problems.Count > 0)
        {
            return Figures(default, idleBytes, null);
        }

        progress($"{calls} calls: each has found its Gemini session by its sound; warming up for {WarmUp.TotalSeconds:0} s");
        await Task.Delay(WarmUp, cancellation);
        progress($"{calls} calls: measuring for {window.TotalSeconds:0} s");
        var before = Sample.Take(relay);
        _meter.Measuring = true;
        await Task.Delay(window, cancellation);
        _meter.Measuring = false;
        var after = Sample.Take(relay);
        _problems.AddRange(group.Problems());

        await group.RestAsync(cancellation);
        _problems.AddRange(await group.HangUpAsync(cancellation));
        return Figures(after - before, idleBytes, relay.Counters?.Between(before.CountersAt, after.CountersAt));
    }

    // The first calls load and compile what every call needs; it is not theirs.
    private async Task<long?> IdleBytesAsync(MeasuredRelay relay, LoadGemini gemini, CancellationToken cancellation)
    {
        if (relay.Use is null)
        {
            return null;
        }

        using var group = new CallGroup(FirstCalls, relay.Target, new StepMeter());
        gemini.Group = group;
        _problems.AddRange(await group.OpenAsync(cancellation));
        if (_problems.Count == 0)
        {
            await Task.Delay(FirstCallsLast, cancellation);
            await group.RestAsync(cancellation);
            _problems.AddRange(await group.HangUpAsync(cancellation));
            await Task.Delay(Settling, cancellation);
        }

        return relay.Use.ResidentBytes;
    }

    private StepFigures Figures(Sample used, long? idleBytes, RuntimeFigures? runtime)
    {
        var callSeconds = calls * used.At.TotalSeconds;
        var (addedIn, addedOut) = (_meter.In.Figures(), _meter.Out.Figures());
        var lost = _meter.FramesLost + _meter.ChunksLost + _meter.ClearsMissing;
        return new StepFigures
        {
            Calls = calls,
            Seconds = Math.Round(used.At.TotalSeconds, 3),
            Passed = _problems.Count == 0 && lost == 0 && addedIn?.P99 <= LoadRun.LatencyLimitMs && addedOut?.P99 <= LoadRun.LatencyLimitMs,
            Problems = [.. _problems.Distinct()],
            CpuMsPerCallSecond = used.RelayTime is { } relayTime ? relayTime.TotalMilliseconds / callSeconds : null,
            RssIdleMb = idleBytes / 1e6,
            RssMbPerCall = (used.RelayBytes - idleBytes) / 1e6 / calls,
            Gc = runtime is null ? null : new GcFigures(runtime.Gen0, runtime.Gen1, runtime.Gen2),
            AllocatedBytesPerCallSecond = runtime?.AllocatedBytesPerSecond / calls,
            AddedIn = addedIn,
            AddedOut = addedOut,
            AddedOutFirst = _meter.OutFirst.Figures(),
            InterruptedToClear = _meter.Clear.Figures(),
            CallerFrames = new LossFigures(_meter.FramesSent, _meter.FramesHeard, _meter.FramesLost),
            AgentChunks = new LossFigures(_meter.ChunksSent, _meter.ChunksHeard, _meter.ChunksLost),
            ClearsMissing = _meter.ClearsMissing,
            PlayoutGaps = _meter.Gaps,
            PlayoutGapMs = _meter.GapTicks * 1e3 / Stopwatch.Frequency,
            OthersPercent = used.CoreTime is { } coreTime && used.RelayTime is { } relayUsed
                ? Math.Max(0, 100 * (coreTime - relayUsed) / used.At)
                : null,
            LoadCpuMsPerCallSecond = callSeconds > 0 ? used.LoadTime.TotalMilliseconds / callSeconds : null,
            LoadLateness = _meter.Lateness.Figures(),
        };
    }

    // What had been used up at a moment. A difference keeps the later moment's memory.
    private readonly record struct Sample(TimeSpan At, TimeSpan? RelayTime, TimeSpan LoadTime, TimeSpan? CoreTime, long? RelayBytes, long CountersAt)
    {
        public static Sample operator -(Sample later, Sample earlier) => new(
            later.At - earlier.At, later.RelayTime - earlier.RelayTime, later.LoadTime - earlier.LoadTime, later.CoreTime - earlier.CoreTime, later.RelayBytes, 0);

        public static Sample Take(MeasuredRelay relay) => new(
            Stopwatch.GetElapsedTime(0),
            relay.Use?.ProcessorTime,
            Environment.CpuUsage.TotalTime,
            ProcessorUse.Busy(relay.Core),
            relay.Use?.ResidentBytes,
            relay.Counters?.Position ?? 0);
    }
}
