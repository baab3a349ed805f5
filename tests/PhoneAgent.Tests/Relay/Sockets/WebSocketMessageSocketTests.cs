using System.Net.WebSockets;
using System.Text;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.Tests.VirtualTime;
using static PhoneAgent.Tests.Relay.Sockets.Frames;

namespace PhoneAgent.Tests.Relay.Sockets;

/// <summary>Either end of a WebSocket, with the framework's own at the other end.</summary>
public sealed class WebSocketMessageSocketTests
{
    private const int Largest = 100_000;

    private static readonly KeepAlive Seldom = new(TimeSpan.FromHours(1));

    public static TheoryData<bool> Ends { get; } = [true, false];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Messages_of_every_length_arrive_whole_both_ways(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);
        foreach (var length in (int[])[0, 1, 125, 126, 127, 1_000, 4_095, 4_096, 8_192, 65_535, 65_536, Largest])
        {
            var message = Letters(length);
            var sending = line.Socket.SendAsync(message);
            Assert.Equal(message, await line.PeerHearsAsync());
            Assert.True(await sending);

            var answering = line.Peer.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, default);
            var read = await line.Socket.ReadAsync();
            Assert.Equal(SocketReadKind.Stopped, read.Kind);
            Assert.Equal(message, read.Message);
            await answering;
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task What_had_arrived_when_no_more_was_wanted_is_the_beginning_of_the_next_reading(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);
        foreach (var length in (int[])[5, 5_000, 50_000, 6])
        {
            await line.Peer.SendAsync(Letters(length), WebSocketMessageType.Text, endOfMessage: true, default);
        }

        var lengths = new List<int>();
        Assert.Equal(SocketReadKind.Stopped, (await line.Socket.ReadAsync(Take)).Kind);
        Assert.Equal([5, 5_000], lengths);
        Assert.Equal(SocketReadKind.Stopped, (await line.Socket.ReadAsync(Take)).Kind);
        Assert.Equal([5, 5_000, 50_000, 6], lengths);

        bool Take(ReadOnlySpan<byte> message)
        {
            Assert.Equal(Letters(message.Length), message.ToArray());
            lengths.Add(message.Length);
            return lengths.Count % 2 != 0;
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task What_arrived_before_the_connection_was_taken_over_comes_first(bool isServer)
    {
        byte[]? key = isServer ? [1, 2, 3, 4] : null;
        byte[] early = [.. Frames.Frame(Frames.Final | Frames.Text, "early"u8, key), .. Frames.Frame(Frames.Final | Frames.Text, "cut"u8, key)];
        await using var line = new Line(isServer, Seldom, early.AsMemory(0, early.Length - 2));

        Assert.Equal("early", Encoding.UTF8.GetString((await line.Socket.ReadAsync()).Message));
        await line.Wire.WriteAsync(early.AsMemory(early.Length - 2));
        Assert.Equal("cut", Encoding.UTF8.GetString((await line.Socket.ReadAsync()).Message));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task However_much_arrived_before_it_is_read_message_by_message(bool isServer)
    {
        byte[]? key = isServer ? [1, 2, 3, 4] : null;
        byte[] early = [.. Enumerable.Range(0, 40).SelectMany(i => Frames.Frame(Frames.Final | Frames.Text, Letters(1_000 + i), key))];
        await using var line = new Line(isServer, Seldom, early);

        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(Letters(1_000 + i), (await line.Socket.ReadAsync()).Message);
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task What_whoever_takes_a_message_throws_is_no_end_of_the_connection(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);
        await line.Peer.SendAsync("first"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => line.Socket.ReadAsync(static _ => throw new InvalidOperationException("a defect")));

        await line.Peer.SendAsync("second"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, default);
        Assert.Equal("second", Encoding.UTF8.GetString((await line.Socket.ReadAsync()).Message));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_fragmented_message_is_one(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);
        await line.Peer.SendAsync("one "u8.ToArray(), WebSocketMessageType.Text, endOfMessage: false, default);
        await line.Peer.SendAsync("message"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, default);

        Assert.Equal("one message", Encoding.UTF8.GetString((await line.Socket.ReadAsync()).Message));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_message_that_is_too_large_is_told_and_the_next_one_read(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);
        var sending = line.Peer.SendAsync(Letters(Largest + 1), WebSocketMessageType.Text, endOfMessage: true, default);

        Assert.Equal(SocketReadKind.TooLarge, (await line.Socket.ReadAsync()).Kind);
        var reading = line.Socket.ReadAsync();
        await sending;
        await line.Peer.SendAsync("next"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, default);
        Assert.Equal("next", Encoding.UTF8.GetString((await reading).Message));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task What_goes_out_together_travels_together(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);

        Assert.True(await line.Socket.SendAsync("media"u8.ToArray(), more: true));
        Assert.Equal(0, line.Flushes);
        Assert.True(await line.Socket.SendAsync("mark"u8.ToArray()));

        Assert.Equal(1, line.Flushes);
        Assert.Equal("media", Encoding.UTF8.GetString(await line.PeerHearsAsync()));
        Assert.Equal("mark", Encoding.UTF8.GetString(await line.PeerHearsAsync()));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task The_peer_s_close_is_told_answered_and_told_again(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);
        var closing = line.Peer.CloseAsync((WebSocketCloseStatus)4000, "enough", default);

        var end = await line.Socket.ReadAsync();

        Assert.Equal(new SocketRead(SocketReadKind.Closed, 4000, "enough"), end.End);
        await line.EndAsync();
        await closing;
        Assert.Equal(end.End, (await line.Socket.ReadAsync()).End);
        Assert.False(await line.Socket.SendAsync("late"u8.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_close_of_its_own_reaches_the_peer_and_its_answer_is_read(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);

        await line.Socket.CloseAsync(1008, "no");
        await line.Socket.CloseAsync(1000, "only the first counts");

        Assert.Empty(await line.PeerHearsAsync());
        Assert.Equal((WebSocketCloseStatus.PolicyViolation, "no"), (line.Peer.CloseStatus, line.Peer.CloseStatusDescription));
        Assert.False(await line.Socket.SendAsync("late"u8.ToArray()));
        await line.Peer.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", default);
        Assert.Equal(SocketReadKind.Closed, (await line.Socket.ReadAsync()).Kind);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_peer_that_breaks_the_rules_is_told_so_and_lost(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);

        await line.Wire.WriteAsync(new byte[] { 0x83, 0x00 });

        Assert.Equal(SocketReadKind.Lost, (await line.Socket.ReadAsync()).Kind);
        Assert.Empty(await line.PeerHearsAsync());
        Assert.Equal(WebSocketCloseStatus.ProtocolError, line.Peer.CloseStatus);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_connection_that_breaks_is_lost(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);
        var reading = line.Socket.ReadAsync();

        await line.BreakAsync();

        Assert.Equal(SocketReadKind.Lost, (await reading).Kind);
        Assert.False(await line.Socket.SendAsync("late"u8.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Aborting_ends_a_pending_read(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);
        var reading = line.Socket.ReadAsync();

        line.Socket.Abort();

        Assert.Equal(SocketReadKind.Lost, (await reading).Kind);
        Assert.False(await line.Socket.SendAsync("late"u8.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_close_that_nobody_takes_ends_the_connection_after_two_seconds(bool isServer)
    {
        await using var line = new Line(isServer, Seldom);
        var stuck = line.Socket.SendAsync(Letters(Line.PipeBytes)); // more than the peer's pipe holds, and the peer does not read
        var reading = line.Socket.ReadAsync();
        var closing = line.Socket.CloseAsync(1000, "");
        Assert.False(stuck.IsCompleted);

        line.Time.Advance(TimeSpan.FromSeconds(2));

        await closing;
        Assert.Equal(SocketReadKind.Lost, (await reading).Kind);
        Assert.False(await stuck);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_ping_goes_out_at_every_interval_and_a_peer_that_answers_none_is_lost(bool isServer)
    {
        await using var line = new Line(isServer, new KeepAlive(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(45)));
        var reading = line.Socket.ReadAsync();

        line.Time.Advance(TimeSpan.FromSeconds(20));
        line.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(2, line.Flushes);
        Assert.False(reading.IsCompleted);

        line.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(SocketReadKind.Lost, (await reading).Kind);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_peer_that_answers_pings_is_kept_and_its_own_are_answered(bool isServer)
    {
        SynchronizationContext.SetSynchronizationContext(null); // so that what a ping causes has happened when the clock has moved
        await using var line = new Line(isServer, new KeepAlive(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(45)));
        var reading = line.Socket.ReadAsync();
        var hearing = line.PeerHearsAsync(); // the framework's end answers pings while it reads

        for (var pings = 1; pings <= 10; pings++)
        {
            line.Time.Advance(TimeSpan.FromSeconds(20));
            Assert.Equal(pings, line.Flushes);
        }

        await line.Wire.WriteAsync(Frames.Frame(Frames.Final | Frames.Ping, "are you there"u8, isServer ? [1, 2, 3, 4] : null));
        Assert.Equal(11, line.Flushes);
        Assert.False(reading.IsCompleted);
        await line.Socket.SendAsync("yes"u8.ToArray());
        Assert.Equal("yes", Encoding.UTF8.GetString(await hearing));
    }
}
