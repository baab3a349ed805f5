using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Tests.Relay.Transport;

/// <summary>A connection over loopback: the relay's stream at one end, the framework's socket at the other.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Wire : IAsyncDisposable
{
    private int _ends;

    private Wire(Socket near, Socket far)
    {
        Near = new EpollStream(near, () => Interlocked.Increment(ref _ends));
        Far = far;
    }

    public EpollStream Near { get; }

    public Socket Far { get; }

    /// <summary>How often the end was told.</summary>
    public int Ends => Volatile.Read(ref _ends);

    public static async Task<Wire> LayAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await far.ConnectAsync(listener.LocalEndPoint!);
        return new Wire(await listener.AcceptAsync(), far);
    }

    /// <summary>Bytes like any.</summary>
    public static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Writes in pieces of any size.</summary>
    public static async Task WriteAsync(Stream stream, byte[] bytes, int seed)
    {
        var random = new Random(seed);
        for (var at = 0; at < bytes.Length;)
        {
            var next = Math.Min(random.Next(1, 60_000), bytes.Length - at);
            await stream.WriteAsync(bytes.AsMemory(at, next));
            at += next;
        }
    }

    /// <summary>Reads in pieces of any size what must come.</summary>
    public static async Task ReadAsync(Stream stream, byte[] expected, int seed)
    {
        var random = new Random(seed);
        var got = new byte[expected.Length];
        for (var at = 0; at < got.Length;)
        {
            var read = await stream.ReadAsync(got.AsMemory(at, Math.Min(random.Next(1, 60_000), got.Length - at)));
            Assert.NotEqual(0, read);
            at += read;
        }

        Assert.True(expected.AsSpan().SequenceEqual(got));
    }

    /// <summary>What the relay's end can read without waiting.</summary>
    public async Task<byte[]> ReadAllThereIsAsync()
    {
        using var cancellation = new CancellationTokenSource();
        var buffer = new byte[100];
        var reading = Near.ReadAsync(buffer, cancellation.Token).AsTask();
        cancellation.Cancel();
        try
        {
            return buffer[..await reading];
        }
        catch (OperationCanceledException)
        {
            return [];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Near.DisposeAsync();
        Far.Dispose();
    }
}
