using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>
/// A thread that tells streams what has changed on their sockets. Whoever waited goes on there, so nothing that waits for these streams may block.
/// There are as many as processors; a stream stays with one.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class EpollLoop
{
    private const int ChangesAtOnce = 256;

    private static readonly EpollLoop[] Loops = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(number => new EpollLoop(number))];
    private static uint s_taken;

    private readonly Epoll _epoll = new(ChangesAtOnce);
    private readonly ConcurrentDictionary<long, EpollStream> _streams = new();
    private long _lastId;

    private EpollLoop(int number) => new Thread(Run) { IsBackground = true, Name = $"Sockets {number}" }.Start();

    /// <summary>The streams of all loops.</summary>
    public static int Streams => Loops.Sum(loop => loop._streams.Count);

    /// <summary>One of the loops, each in its turn.</summary>
    public static EpollLoop Next() => Loops[Interlocked.Increment(ref s_taken) % Loops.Length];

    /// <summary>From now on the stream is told of its socket's changes.</summary>
    /// <returns>By which it is removed. Never used again, so that nothing meant for one stream reaches another.</returns>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public long Add(EpollStream stream, SafeSocketHandle socket)
    {
        var id = Interlocked.Increment(ref _lastId);
        _streams[id] = stream;
        try
        {
            _epoll.Add(socket, id);
            return id;
        }
        catch
        {
            Remove(id);
            throw;
        }
    }

    /// <summary>The stream is told nothing more; its socket must be closed after this.</summary>
    public void Remove(long id) => _streams.TryRemove(id, out _);

    private void Run()
    {
        ShortSlice.TryTake();
        var pace = new LookPace();
        while (true)
        {
            if (pace.Rest(Stopwatch.GetTimestamp()) is var rest && rest > TimeSpan.Zero)
            {
                Epoll.Sleep(rest);
            }

            var changes = _epoll.Wait();
            pace.Found(changes, Stopwatch.GetTimestamp());
            for (var index = 0; index < changes; index++)
            {
                var (id, change) = _epoll[index];
                if (_streams.TryGetValue(id, out var stream))
                {
                    stream.Changed(change);
                }
            }
        }
    }
}
