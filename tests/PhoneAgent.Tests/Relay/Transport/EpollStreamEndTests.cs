using System.Net.Sockets;
using System.Runtime.Versioning;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Tests.Relay.Transport;

/// <summary>How the relay's stream ends: by the other end, by a break, by its owner.</summary>
[SupportedOSPlatform("linux")]
public sealed class EpollStreamEndTests
{
    [EpollFact]
    public async Task When_the_peer_has_finished_everything_is_read_before_the_end()
    {
        await using var wire = await Wire.LayAsync();
        var bytes = Wire.Bytes(100_000, 1);
        wire.Far.Send(bytes);
        wire.Far.Shutdown(SocketShutdown.Send);

        await Wire.ReadAsync(wire.Near, bytes[..^1], seed: 2).WaitAsync(Patience.Long);
        Assert.Equal(0, wire.Ends);
        await Wire.ReadAsync(wire.Near, bytes[^1..], seed: 2).WaitAsync(Patience.Long);

        Assert.Equal(0, await wire.Near.ReadAsync(new byte[10]).AsTask().WaitAsync(Patience.Long));
        Assert.Equal(0, await wire.Near.ReadAsync(new byte[10]).AsTask().WaitAsync(Patience.Long));
        await UntilToldAsync(wire);
        await wire.Near.WriteAsync("still there"u8.ToArray());
    }

    [EpollFact]
    public async Task Whenever_bytes_and_the_end_come_a_reader_finds_them()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            await using var wire = await Wire.LayAsync();
            var bytes = Wire.Bytes(new Random(seed).Next(0, 3_000), seed);

            var sending = SendAndFinishAsync(wire.Far, bytes, new Random(seed));
            Assert.Equal(bytes, await ReadToEndAsync(wire.Near, new Random(seed + 1)).WaitAsync(Patience.Long));
            await sending;
            await UntilToldAsync(wire);
        }

        static async Task SendAndFinishAsync(Socket far, byte[] bytes, Random random)
        {
            for (var at = 0; at < bytes.Length;)
            {
                await PauseAsync(random);
                at += far.Send(bytes.AsSpan(at, Math.Min(random.Next(1, 700), bytes.Length - at)));
            }

            await PauseAsync(random);
            far.Shutdown(SocketShutdown.Send);
        }

        static async Task<byte[]> ReadToEndAsync(EpollStream near, Random random)
        {
            var (got, buffer) = (new List<byte>(), new byte[1_000]);
            while (true)
            {
                await PauseAsync(random);
                using var cancellation = new CancellationTokenSource();
                var size = random.Next(0, 3) == 0 ? 0 : random.Next(1, buffer.Length);
                var reading = near.ReadAsync(buffer.AsMemory(0, size), cancellation.Token);
                if (random.Next(0, 4) == 0)
                {
                    await PauseAsync(random);
                    cancellation.Cancel();
                }

                try
                {
                    var read = await reading;
                    if (read == 0 && size > 0)
                    {
                        return [.. got];
                    }

                    got.AddRange(buffer[..read]);
                }
                catch (OperationCanceledException)
                {
                }
            }
        }

        static async Task PauseAsync(Random random)
        {
            switch (random.Next(0, 4))
            {
                case 0:
                    await Task.Yield();
                    break;
                case 1:
                    Thread.SpinWait(random.Next(2_000));
                    break;
                case 2 when random.Next(0, 20) == 0:
                    await Task.Delay(1);
                    break;
            }
        }
    }

    [EpollFact]
    public async Task The_end_is_told_also_to_who_does_not_read_but_not_before_all_is_read()
    {
        await using var idle = await Wire.LayAsync();
        idle.Far.Close();
        await UntilToldAsync(idle);

        await using var wire = await Wire.LayAsync();
        wire.Far.Send("last words"u8);
        wire.Far.Close();
        await Task.Delay(100);
        Assert.Equal(0, wire.Ends);
        Assert.Equal("last words"u8.ToArray(), await wire.ReadAllThereIsAsync());
        Assert.Equal(0, await wire.Near.ReadAsync(new byte[10]).AsTask().WaitAsync(Patience.Long));
        await UntilToldAsync(wire);
    }

    [EpollFact]
    public async Task A_connection_that_breaks_is_told()
    {
        await using var reading = await Wire.LayAsync();
        var read = reading.Near.ReadAsync(new byte[10]).AsTask();
        reading.Far.Close(0); // a reset
        Assert.Equal(SocketError.ConnectionReset, await BreakAsync(read));
        await UntilToldAsync(reading);

        await using var writing = await Wire.LayAsync();
        var write = writing.Near.WriteAsync(new byte[20_000_000]).AsTask();
        writing.Far.Close(0);
        Assert.Equal(SocketError.ConnectionReset, await BreakAsync(write));
        await UntilToldAsync(writing);

        static async Task<SocketError> BreakAsync(Task task) =>
            ((SocketException)(await Assert.ThrowsAsync<IOException>(() => task.WaitAsync(Patience.Long))).InnerException!).SocketErrorCode;
    }

    [EpollFact]
    public async Task Disposing_ends_what_waits_and_closes_the_connection()
    {
        await using var wire = await Wire.LayAsync();
        var reading = wire.Near.ReadAsync(new byte[10]).AsTask();
        var writing = wire.Near.WriteAsync(new byte[20_000_000]).AsTask();

        wire.Near.Dispose();
        wire.Near.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(Patience.Long));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writing.WaitAsync(Patience.Long));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => wire.Near.ReadAsync(new byte[10]).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => wire.Near.WriteAsync(new byte[10]).AsTask());
        Assert.Equal(1, wire.Ends);
        await using var far = new NetworkStream(wire.Far);
        await far.CopyToAsync(Stream.Null).WaitAsync(Patience.Long); // up to its end
    }

    // It is told once, by whichever thread finds out first; another may have read it meanwhile.
    private static async Task UntilToldAsync(Wire wire)
    {
        for (var waited = TimeSpan.Zero; wire.Ends == 0; waited += TimeSpan.FromMilliseconds(5))
        {
            Assert.True(waited < Patience.Long, "it never came");
            await Task.Delay(5);
        }

        Assert.Equal(1, wire.Ends);
    }
}
