using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.Versioning;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.MediaRelay.Transport;
using static PhoneAgent.Tests.Relay.Sockets.Frames;

namespace PhoneAgent.Tests.Relay.Transport;

/// <summary>The relay's stream over real sockets, whatever the other end does.</summary>
[SupportedOSPlatform("linux")]
public sealed class EpollStreamTests
{
    [EpollFact]
    public async Task What_is_sent_in_pieces_of_any_size_arrives_whole_both_ways_at_once()
    {
        await using var wire = await Wire.LayAsync();
        var (there, back) = (Wire.Bytes(8_000_000, 1), Wire.Bytes(8_000_000, 2));
        await using var far = new NetworkStream(wire.Far);

        var all = Task.WhenAll(
            Wire.WriteAsync(wire.Near, there, seed: 3), Wire.ReadAsync(far, there, seed: 4),
            Wire.WriteAsync(far, back, seed: 5), Wire.ReadAsync(wire.Near, back, seed: 6));

        await all.WaitAsync(Patience.Long);
    }

    [EpollFact]
    public async Task A_write_waits_until_the_peer_has_taken_what_lies_before()
    {
        await using var wire = await Wire.LayAsync();
        var bytes = Wire.Bytes(20_000_000, 1);

        var writing = wire.Near.WriteAsync(bytes).AsTask();
        Assert.False(writing.IsCompleted);

        await using var far = new NetworkStream(wire.Far);
        await Wire.ReadAsync(far, bytes, seed: 2).WaitAsync(Patience.Long);
        await writing.WaitAsync(Patience.Long);
    }

    [EpollFact]
    public async Task A_read_of_no_bytes_ends_when_something_has_come_and_takes_nothing()
    {
        await using var wire = await Wire.LayAsync();
        await wire.ReadAllThereIsAsync(); // a fresh stream has not looked yet
        var waiting = wire.Near.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.False(waiting.IsCompleted);

        wire.Far.Send("come"u8);

        Assert.Equal(0, await waiting.WaitAsync(Patience.Long));
        Assert.Equal("come"u8.ToArray(), await wire.ReadAllThereIsAsync());
    }

    [EpollFact]
    public async Task A_read_that_was_cancelled_has_taken_nothing()
    {
        await using var wire = await Wire.LayAsync();
        using var lasting = new CancellationTokenSource();
        for (byte round = 0; round < 50; round++)
        {
            using var cancellation = new CancellationTokenSource();
            var reading = wire.Near.ReadAsync(new byte[1], cancellation.Token).AsTask();
            cancellation.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience.Long));

            reading = wire.Near.ReadAsync(new byte[1], lasting.Token).AsTask();
            wire.Far.Send([round]);
            Assert.Equal(1, await reading.WaitAsync(Patience.Long));
        }

        lasting.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wire.Near.ReadAsync(new byte[1], lasting.Token).AsTask().WaitAsync(Patience.Long));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wire.Near.ReadAsync(new byte[1], lasting.Token).AsTask().WaitAsync(Patience.Long));

        var last = wire.Near.ReadAsync(new byte[1]).AsTask();
        wire.Far.Send([1]);
        Assert.Equal(1, await last.WaitAsync(Patience.Long));
    }

    [EpollFact]
    public async Task Whoever_cancels_or_disposes_does_not_run_what_waited()
    {
        await using var wire = await Wire.LayAsync();
        using var cancellation = new CancellationTokenSource();

        Assert.NotEqual(OnThread(cancellation.Cancel, out var cancelled, wire.Near.ReadAsync(new byte[1], cancellation.Token)), await cancelled);
        Assert.NotEqual(OnThread(wire.Near.Dispose, out var disposed, wire.Near.ReadAsync(new byte[1], default)), await disposed);

        static int OnThread(Action end, out Task<int> ended, ValueTask<int> reading)
        {
            ended = ThreadOfEndAsync(reading);
            var thread = new Thread(() => end());
            thread.Start();
            thread.Join();
            return thread.ManagedThreadId;
        }

        static async Task<int> ThreadOfEndAsync(ValueTask<int> reading)
        {
            await Assert.ThrowsAnyAsync<Exception>(async () => _ = await reading.ConfigureAwait(false)).ConfigureAwait(false);
            return Environment.CurrentManagedThreadId;
        }
    }

    [EpollFact]
    public async Task Hundreds_of_streams_that_come_and_go_hear_only_what_is_theirs()
    {
        var before = EpollLoop.Streams;
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async number =>
        {
            for (var round = 0; round < 20; round++)
            {
                await using var wire = await Wire.LayAsync();
                var mine = BitConverter.GetBytes((number * 1_000) + round);
                var reading = wire.Near.ReadAsync(new byte[sizeof(int)].AsMemory());
                await Task.Yield();
                wire.Far.Send(mine);
                Assert.Equal(sizeof(int), await reading.AsTask().WaitAsync(Patience.Long));
                await wire.Near.WriteAsync(mine);
                var echo = new byte[sizeof(int)];
                await wire.Far.ReceiveAsync(echo);
                Assert.Equal(mine, echo);
            }
        }));

        Assert.True(EpollLoop.Streams <= before + 100, "streams are kept"); // those of other tests
    }

    [EpollFact]
    public async Task Tls_runs_over_it()
    {
        await using var wire = await Wire.LayAsync();
        await using var near = new SslStream(wire.Near, leaveInnerStreamOpen: false);
        await using var far = new SslStream(new NetworkStream(wire.Far), leaveInnerStreamOpen: false);
        await SecureAsync(near, far);

        var (there, back) = (Wire.Bytes(2_000_000, 1), Wire.Bytes(2_000_000, 2));
        var all = Task.WhenAll(
            Wire.WriteAsync(near, there, seed: 3), Wire.ReadAsync(far, there, seed: 4),
            Wire.WriteAsync(far, back, seed: 5), Wire.ReadAsync(near, back, seed: 6));
        await all.WaitAsync(Patience.Long);
    }

    [EpollFact]
    public async Task A_WebSocket_runs_over_it_through_tls_as_to_Gemini()
    {
        await using var wire = await Wire.LayAsync();
        await using var near = new SslStream(wire.Near, leaveInnerStreamOpen: false);
        await using var far = new SslStream(new NetworkStream(wire.Far), leaveInnerStreamOpen: false);
        await SecureAsync(near, far);
        await using var socket = new WebSocketMessageSocket(near, near, isServer: false, 100_000, new KeepAlive(TimeSpan.FromHours(1)), TimeProvider.System, near.Dispose);
        using var peer = WebSocket.CreateFromStream(far, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
        int[] lengths = [0, 1, 900, 2_700, 8_192, 16_384, 60_000];

        var heard = new List<int>();
        var reading = socket.ReadAsync(message =>
        {
            heard.Add(message.Length);
            return heard.Count < 40 * lengths.Length;
        });
        var buffer = new byte[100_000];
        for (var time = 0; time < 40; time++)
        {
            foreach (var length in lengths)
            {
                await peer.SendAsync(Letters(length), WebSocketMessageType.Text, endOfMessage: true, default).WaitAsync(Patience.Long);
                var hearing = peer.ReceiveAsync(buffer, default);
                Assert.True(await socket.SendAsync(Letters(length)));
                var received = (await hearing.WaitAsync(Patience.Long)).Count;
                while (received < length)
                {
                    received += (await peer.ReceiveAsync(buffer, default).WaitAsync(Patience.Long)).Count;
                }
            }
        }

        Assert.Equal(SocketReadKind.Stopped, (await reading.WaitAsync(Patience.Long)).Kind);
        Assert.Equal(Enumerable.Repeat(lengths, 40).SelectMany(some => some), heard);
    }

    private static async Task SecureAsync(SslStream near, SslStream far)
    {
        using var localhost = new Localhost();
        await Task.WhenAll(
            far.AuthenticateAsServerAsync(localhost.Certificate),
            near.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = Localhost.Name, RemoteCertificateValidationCallback = localhost.IsTrusted }))
            .WaitAsync(Patience.Long);
    }
}
