using System.Diagnostics;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// The cheapest model of Twilio's playout: when what is buffered will have been played, and which marks come back then.
/// Belongs to one phone.
/// </summary>
internal sealed class PhonePlayout
{
    private const int MarkLimit = 128;
    private const int NameLimit = 32;

    private static readonly double TicksPerSample = Stopwatch.Frequency / 8_000d;

    private readonly byte[] _names = new byte[MarkLimit * NameLimit];
    private readonly (long Due, int Length)[] _marks = new (long, int)[MarkLimit];
    private long _playedOutAt;
    private int _first;
    private int _count;

    /// <summary>Audio arrives; returns for how long there was nothing to play before it, in ticks.</summary>
    public long Add(int samples, long now)
    {
        var dry = _playedOutAt == 0 ? 0 : Math.Max(0, now - _playedOutAt);
        _playedOutAt = Math.Max(_playedOutAt, now) + (long)(samples * TicksPerSample);
        return dry;
    }

    /// <summary>A mark arrives; false when more wait than this model remembers, or its name is too long.</summary>
    public bool Mark(ReadOnlySpan<byte> name)
    {
        if (_count == MarkLimit || name.Length > NameLimit)
        {
            return false;
        }

        var slot = (_first + _count++) % MarkLimit;
        name.CopyTo(_names.AsSpan(slot * NameLimit));
        _marks[slot] = (_playedOutAt, name.Length);
        return true;
    }

    /// <summary>Everything buffered is discarded; all marks come back now.</summary>
    public void Clear(long now)
    {
        _playedOutAt = Math.Min(_playedOutAt, now);
        for (var i = 0; i < _count; i++)
        {
            _marks[(_first + i) % MarkLimit].Due = now;
        }
    }

    /// <summary>Takes the next mark whose audio was played; returns the length of its name, 0 for none.</summary>
    public int TakeMark(long now, Span<byte> name)
    {
        if (_count == 0 || _marks[_first].Due > now)
        {
            return 0;
        }

        var length = _marks[_first].Length;
        _names.AsSpan(_first * NameLimit, length).CopyTo(name);
        _first = (_first + 1) % MarkLimit;
        _count--;
        return length;
    }
}
