namespace PhoneAgent.Simulator.Sound;

/// <summary>
/// Says when somebody speaks, by energy alone and as the sound comes in. It measures blocks of 10 ms: enough of them
/// louder than the threshold begin speech, a long enough silence ends it.
/// </summary>
public sealed class SpeechDetector
{
    // So long may a stop consonant be silent within a first syllable.
    private const int GapMs = 60;

    private readonly int _blockSamples;
    private readonly double _thresholdPower;
    private readonly int _minimumBlocks;
    private readonly int _gapBlocks;
    private readonly int _hangOverBlocks;
    private readonly List<SpeechEvent> _events = [];

    private long _blockPower;
    private int _blockFill;
    private int _loudBlocks;
    private int _quietBlocks;
    private long _candidateStart;
    private long _lastLoudEnd;

    /// <summary>A detector for one stream.</summary>
    /// <param name="rate">Samples per second.</param>
    /// <param name="thresholdDbfs">Level of a 10 ms block, as RMS against full scale, from which it counts as loud; below 0.</param>
    /// <param name="minimumSpeechMs">So much loud sound begins speech.</param>
    /// <param name="hangOverMs">So much silence ends it.</param>
    public SpeechDetector(int rate, double thresholdDbfs, int minimumSpeechMs, int hangOverMs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1_000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(thresholdDbfs, 0);
        ArgumentOutOfRangeException.ThrowIfNegative(minimumSpeechMs);
        ArgumentOutOfRangeException.ThrowIfNegative(hangOverMs);
        _blockSamples = rate / 100;
        _thresholdPower = _blockSamples * Math.Pow(32768 * Math.Pow(10, thresholdDbfs / 20), 2);
        _minimumBlocks = Math.Max(1, minimumSpeechMs / 10);
        _gapBlocks = GapMs / 10;
        _hangOverBlocks = Math.Max(1, hangOverMs / 10);
    }

    /// <summary>Whether speech has begun and not ended.</summary>
    public bool Speaking { get; private set; }

    /// <summary>Samples taken so far.</summary>
    public long Position { get; private set; }

    /// <summary>Takes the next samples, any number.</summary>
    /// <returns>What began and ended in them, in order; valid until the next call.</returns>
    public IReadOnlyList<SpeechEvent> Hear(ReadOnlySpan<short> samples)
    {
        _events.Clear();
        while (!samples.IsEmpty)
        {
            var block = samples[..Math.Min(samples.Length, _blockSamples - _blockFill)];
            samples = samples[block.Length..];
            _blockPower += Power(block);
            _blockFill += block.Length;
            Position += block.Length;
            if (_blockFill == _blockSamples)
            {
                Judge(_blockPower >= _thresholdPower);
                (_blockPower, _blockFill) = (0, 0);
            }
        }

        return _events;
    }

    /// <summary>The stream pauses or is over: speech that goes on ends here.</summary>
    public IReadOnlyList<SpeechEvent> End()
    {
        _events.Clear();
        if (Speaking)
        {
            Stop();
        }

        _loudBlocks = 0;
        _quietBlocks = 0;
        return _events;
    }

    private static long Power(ReadOnlySpan<short> samples)
    {
        var power = 0L;
        foreach (var sample in samples)
        {
            power += sample * sample;
        }

        return power;
    }

    private void Judge(bool loud)
    {
        if (loud)
        {
            _candidateStart = _loudBlocks++ == 0 ? Position - _blockSamples : _candidateStart;
            _quietBlocks = 0;
            _lastLoudEnd = Position;
            if (!Speaking && _loudBlocks >= _minimumBlocks)
            {
                Speaking = true;
                _events.Add(new SpeechEvent(SpeechEventKind.Started, _candidateStart, Position));
            }
        }
        else if (_loudBlocks > 0 && ++_quietBlocks >= (Speaking ? _hangOverBlocks : _gapBlocks))
        {
            if (Speaking)
            {
                Stop();
            }

            _loudBlocks = 0;
            _quietBlocks = 0;
        }
    }

    private void Stop()
    {
        Speaking = false;
        _events.Add(new SpeechEvent(SpeechEventKind.Ended, _lastLoudEnd, Position));
    }
}

/// <summary>Speech began or ended.</summary>
/// <param name="Kind">Which of both.</param>
/// <param name="At">The sample with which it did.</param>
/// <param name="NoticedAt">How many samples had come in when that was certain.</param>
public readonly record struct SpeechEvent(SpeechEventKind Kind, long At, long NoticedAt);

/// <summary>What happened to speech.</summary>
public enum SpeechEventKind
{
    /// <summary>Somebody began to speak.</summary>
    Started,

    /// <summary>They fell silent.</summary>
    Ended,
}
