using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Tests.Relay.Transport;

/// <summary>The relay's stream over real sockets, whatever the other end does.</summary>
[SupportedOSPlatform("linux")]
public sealed class EpollStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [EpollFact]
    public async Task What_is_sent_in_pieces_of_any_size_arrives_whole_both_ways_at_once()
    {
        await using var wire = await Wire.LayAsync();
        var (there, back) = (Bytes(8_000_000, 1), Bytes(8_000_000, 2));
        await using var far = new NetworkStream(wire.Far);

        var all = Task.WhenAll(
            WriteAsync(wire.Near, there, seed: 3), ReadAsync(far, there, seed: 4),
            WriteAsync(far, back, seed: 5), ReadAsync(wire.Near, back, seed: 6));

        await all.WaitAsync(Patience);
    }

    [EpollFact]
    public async Task A_write_waits_until_the_peer_has_taken_what_lies_before()
    {
        await using var wire = await Wire.LayAsync();
        var bytes = Bytes(20_000_000, 1);

        var writing = wire.Near.WriteAsync(bytes).AsTask();
        Assert.False(writing.IsCompleted);

        await using var far = new NetworkStream(wire.Far);
        await ReadAsync(far, bytes, seed: 2).WaitAsync(Patience);
        await writing.WaitAsync(Patience);
    }

    [EpollFact]
    public async Task A_read_of_no_bytes_ends_when_something_has_come_and_takes_nothing()
    {
        await using var wire = await Wire.LayAsync();
        await ReadAllThereIsAsync(wire); // a fresh stream has not looked yet
        var waiting = wire.Near.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.False(waiting.IsCompleted);

        wire.Far.Send("come"u8);

        Assert.Equal(0, await waiting.WaitAsync(Patience));
        Assert.Equal("come"u8.ToArray(), await ReadAllThereIsAsync(wire));
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
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience));

            reading = wire.Near.ReadAsync(new byte[1], lasting.Token).AsTask();
            wire.Far.Send([round]);
            Assert.Equal(1, await reading.WaitAsync(Patience));
        }

        lasting.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wire.Near.ReadAsync(new byte[1], lasting.Token).AsTask().WaitAsync(Patience));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wire.Near.ReadAsync(new byte[1], lasting.Token).AsTask().WaitAsync(Patience));

        var last = wire.Near.ReadAsync(new byte[1]).AsTask();
        wire.Far.Send([1]);
        Assert.Equal(1, await last.WaitAsync(Patience));
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
    public async Task When_the_peer_has_finished_everything_is_read_before_the_end()
    {
        await using var wire = await Wire.LayAsync();
        var bytes = Bytes(100_000, 1);
        wire.Far.Send(bytes);
        wire.Far.Shutdown(SocketShutdown.Send);

        await ReadAsync(wire.Near, bytes, seed: 2).WaitAsync(Patience);

        Assert.Equal(0, wire.Ends);
        Assert.Equal(0, await wire.Near.ReadAsync(new byte[10]).AsTask().WaitAsync(Patience));
        Assert.Equal(0, await wire.Near.ReadAsync(new byte[10]).AsTask().WaitAsync(Patience));
        Assert.Equal(1, wire.Ends);
        await wire.Near.WriteAsync("still there"u8.ToArray());
    }

    [EpollFact]
    public async Task Whenever_bytes_and_the_end_come_a_reader_finds_them()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            await using var wire = await Wire.LayAsync();
            var bytes = Bytes(new Random(seed).Next(0, 3_000), seed);

            var sending = SendAndFinishAsync(wire.Far, bytes, new Random(seed));
            Assert.Equal(bytes, await ReadToEndAsync(wire.Near, new Random(seed + 1)).WaitAsync(Patience));
            await sending;
            Assert.Equal(1, wire.Ends);
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
        await UntilAsync(() => idle.Ends == 1);

        await using var wire = await Wire.LayAsync();
        wire.Far.Send("last words"u8);
        wire.Far.Close();
        await Task.Delay(100);
        Assert.Equal(0, wire.Ends);
        Assert.Equal("last words"u8.ToArray(), await ReadAllThereIsAsync(wire));
        Assert.Equal(0, await wire.Near.ReadAsync(new byte[10]).AsTask().WaitAsync(Patience));
        Assert.Equal(1, wire.Ends);
    }

    [EpollFact]
    public async Task A_connection_that_breaks_is_told()
    {
        await using var reading = await Wire.LayAsync();
        var read = reading.Near.ReadAsync(new byte[10]).AsTask();
        reading.Far.Close(0); // a reset
        Assert.Equal(SocketError.ConnectionReset, await BreakAsync(read));
        Assert.Equal(1, reading.Ends);

        await using var writing = await Wire.LayAsync();
        var write = writing.Near.WriteAsync(new byte[20_000_000]).AsTask();
        writing.Far.Close(0);
        Assert.Equal(SocketError.ConnectionReset, await BreakAsync(write));
        Assert.Equal(1, writing.Ends);

        static async Task<SocketError> BreakAsync(Task task) =>
            ((SocketException)(await Assert.ThrowsAsync<IOException>(() => task.WaitAsync(Patience))).InnerException!).SocketErrorCode;
    }

    [EpollFact]
    public async Task Disposing_ends_what_waits_and_closes_the_connection()
    {
        await using var wire = await Wire.LayAsync();
        var reading = wire.Near.ReadAsync(new byte[10]).AsTask();
        var writing = wire.Near.WriteAsync(new byte[20_000_000]).AsTask();

        wire.Near.Dispose();
        wire.Near.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writing.WaitAsync(Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => wire.Near.ReadAsync(new byte[10]).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => wire.Near.WriteAsync(new byte[10]).AsTask());
        Assert.Equal(1, wire.Ends);
        await using var far = new NetworkStream(wire.Far);
        await far.CopyToAsync(Stream.Null).WaitAsync(Patience); // up to its end
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
                Assert.Equal(sizeof(int), await reading.AsTask().WaitAsync(Patience));
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
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var near = new SslStream(wire.Near, leaveInnerStreamOpen: false);
        await using var far = new SslStream(new NetworkStream(wire.Far), leaveInnerStreamOpen: false);
        await Task.WhenAll(
            far.AuthenticateAsServerAsync(certificate),
            near.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, seen, _, _) => seen!.GetCertHashString() == certificate.GetCertHashString() }))
            .WaitAsync(Patience);

        var (there, back) = (Bytes(2_000_000, 1), Bytes(2_000_000, 2));
        var all = Task.WhenAll(
            WriteAsync(near, there, seed: 3), ReadAsync(far, there, seed: 4),
            WriteAsync(far, back, seed: 5), ReadAsync(near, back, seed: 6));
        await all.WaitAsync(Patience);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var waited = TimeSpan.Zero; !holds(); waited += TimeSpan.FromMilliseconds(5))
        {
            Assert.True(waited < Patience, "it never came");
            await Task.Delay(5);
        }
    }

    private static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task WriteAsync(Stream stream, byte[] bytes, int seed)
    {
        var random = new Random(seed);
        for (var at = 0; at < bytes.Length;)
        {
            var next = Math.Min(random.Next(1, 60_000), bytes.Length - at);
            await stream.WriteAsync(bytes.AsMemory(at, next));
            at += next;
        }
    }

    private static async Task ReadAsync(Stream stream, byte[] expected, int seed)
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

    private static async Task<byte[]> ReadAllThereIsAsync(Wire wire)
    {
        using var cancellation = new CancellationTokenSource();
        var buffer = new byte[100];
        var reading = wire.Near.ReadAsync(buffer, cancellation.Token).AsTask();
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
}
