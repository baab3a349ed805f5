using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Simulator.Load;

/// <summary>
/// The one clock of a group of calls: ticks every phone each 20 ms and every agent each 40 ms, on absolute times spread
/// evenly over the calls; when it is late it catches up, as a line would, and <see cref="StepMeter.Lateness"/> tells. Between ticks it
/// looks every tenth of a millisecond whether something has arrived. It does not sleep until something arrives: on one machine the relay's
/// sending would then have to wake this thread on another processor, which costs it more than the sending itself, and which nothing across a network asks of it.
/// </summary>
internal sealed class Metronome : IDisposable
{
    private const int FramesPerSecond = 50;
    private const uint NapMicroseconds = 100;

    private readonly LoadCall?[] _calls;
    private readonly StepMeter _meter;
    private readonly Thread _thread;
    private readonly List<Socket> _asked = [];
    private readonly Dictionary<Socket, FrameSocket> _sockets = [];
    private volatile bool _stopping;

    /// <summary>Starts ticking; calls may join later, by their number.</summary>
    public Metronome(LoadCall?[] calls, StepMeter meter)
    {
        _calls = calls;
        _meter = meter;
        _thread = new Thread(Run) { IsBackground = true, Name = "metronome" };
        _thread.Start();
    }

    /// <summary>Takes what arrives on a connection from now on.</summary>
    public void Add(FrameSocket socket)
    {
        lock (_sockets)
        {
            socket.Take(); // what the handshake read too much
            _sockets.Add(socket.Socket, socket);
        }
    }

    /// <summary>Ticks no more, and closes the connections.</summary>
    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        lock (_sockets)
        {
            foreach (var socket in _sockets.Values)
            {
                socket.Dispose();
            }
        }
    }

    private void Run()
    {
        Span<byte> buffer = stackalloc byte[TwilioMessages.MaxBytes];
        ShortSlice.TryTake(); // or it would count as the relay's what it waits for others on its processor
        var start = Stopwatch.GetTimestamp();
        for (var beat = 0L; !_stopping;)
        {
            for (var due = Due(beat); due <= Stopwatch.GetTimestamp(); due = Due(++beat))
            {
                var (frame, call) = Math.DivRem(beat, _calls.Length);
                Tick(frame, (int)call, due, buffer);
            }

            Nap();
            TakeArrivals();
        }

        long Due(long beat) => start + (long)((Int128)beat * Stopwatch.Frequency / (FramesPerSecond * _calls.Length));
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

    private void TakeArrivals()
    {
        lock (_sockets)
        {
            _asked.Clear();
            foreach (var (socket, frames) in _sockets)
            {
                if (!frames.IsOver)
                {
                    _asked.Add(socket);
                }
            }

            if (_asked.Count > 0)
            {
                Socket.Select(_asked, null, null, TimeSpan.Zero);
                _asked.ForEach(ready => _sockets[ready].Take());
            }
        }
    }

    private static void Nap()
    {
        if (OperatingSystem.IsWindows())
        {
            Thread.Sleep(1);
        }
        else
        {
            _ = Sleep(NapMicroseconds);
        }
    }

    [DllImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sleep(uint microseconds);
}
