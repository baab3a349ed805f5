using System.Diagnostics;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// The one clock of a group of calls: ticks every phone each 20 ms and every agent each 40 ms, on absolute times spread
/// evenly over the calls. It wakes at most once a millisecond, so a few neighbours may go together; when it is late it
/// catches up, as a line would, and <see cref="StepMeter.Lateness"/> tells.
/// </summary>
internal sealed class Metronome
{
    private const int FramesPerSecond = 50;

    private readonly LoadCall?[] _calls;
    private readonly StepMeter _meter;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <summary>Starts ticking; calls may join later, by their number.</summary>
    public Metronome(LoadCall?[] calls, StepMeter meter)
    {
        _calls = calls;
        _meter = meter;
        _thread = new Thread(Run) { IsBackground = true, Name = "metronome" };
        _thread.Start();
    }

    /// <summary>Ticks no more.</summary>
    public void Stop()
    {
        _stopping = true;
        _thread.Join();
    }

    private void Run()
    {
        Span<byte> buffer = stackalloc byte[TwilioMessages.MaxBytes];
        var start = Stopwatch.GetTimestamp();
        for (var beat = 0L; !_stopping; beat++)
        {
            var due = start + (long)((Int128)beat * Stopwatch.Frequency / (FramesPerSecond * _calls.Length));
            WaitUntil(due);
            var (frame, call) = Math.DivRem(beat, _calls.Length);
            Tick(frame, (int)call, due, buffer);
        }
    }

    private void Tick(long frame, int number, long due, Span<byte> buffer)
    {
        if (_calls[number] is { } call)
        {
            var now = Stopwatch.GetTimestamp();
            _meter.Late(now - due);
            call.Phone.Tick(now, buffer);
        }

        // Half a frame away from its own phone, and every second time.
        var other = (number + (_calls.Length / 2)) % _calls.Length;
        if (((frame + other) & 1) == 0)
        {
            _calls[other]?.Agent?.Tick(Stopwatch.GetTimestamp());
        }
    }

    private static void WaitUntil(long due)
    {
        for (var left = due - Stopwatch.GetTimestamp(); left > 0; left = due - Stopwatch.GetTimestamp())
        {
            Thread.Sleep((int)Math.Max(1, left * 1_000 / Stopwatch.Frequency));
        }
    }
}
