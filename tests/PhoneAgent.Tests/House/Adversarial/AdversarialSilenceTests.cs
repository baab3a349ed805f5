using PhoneAgent.Tests.Handlers.Adversarial;
using static PhoneAgent.Tests.House.Adversarial.RelayUnderAttack;

namespace PhoneAgent.Tests.House.Adversarial;

/// <summary>Strangers who take their time, on a clock that moves when told; the web server's own limits are set to a second.</summary>
[Collection(AloneCollection.Name)]
public sealed class AdversarialSilenceTests
{
    private static readonly Dictionary<string, Func<Stranger, int, Task>> EachSecond = new()
    {
        ["says nothing at all"] = (_, _) => Task.CompletedTask,
        ["says connected and no more"] = (stranger, second) => second == 1 ? stranger.SayAsync(StreamWords.Connected) : Task.CompletedTask,
        ["sends pings only"] = (stranger, _) => stranger.FrameAsync(Stranger.Ping, [1]),
        ["sends a message byte by byte"] = (stranger, second) => stranger.FrameAsync(second == 1 ? Stranger.Text : Stranger.Continuation, "{"u8.ToArray(), flags: 0),
        ["begins a frame and never ends it"] = (stranger, second) => second == 1 ? stranger.FrameAsync(Stranger.Text, "{"u8.ToArray(), claims: 1_000) : stranger.WriteAsync(" "),
        ["sends half the head of a frame"] = (stranger, second) => second == 1 ? stranger.WriteAsync([0x81]) : Task.CompletedTask,
        ["sends a frame of audio each second"] = (stranger, _) => stranger.SayAsync(StreamWords.Frame),
    };

    public static TheoryData<string> Silences => [.. EachSecond.Keys];

    [Theory]
    [MemberData(nameof(Silences))]
    public async Task A_ticket_holder_without_start_is_closed_after_ten_seconds(string who)
    {
        var time = new ManualTime();
        await using var relay = await RelayOnLoopback.StartAsync(new RelaySurroundings { Time = time });
        using var meter = new RefusalMeter();
        using var stranger = await UpgradedAsync(relay, time);
        var closing = stranger.CloseCodeAsync();
        var seconds = 0;
        while (!closing.IsCompleted)
        {
            seconds++;
            await Stranger.IfOpenAsync(() => EachSecond[who](stranger, seconds));
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(closing, Task.Delay(20));
        }

        // At least ten: the clock may have moved before the relay looked at it.
        Assert.Equal(1008, await closing);
        await AdvanceUntilAsync(time, () => relay.ActiveCalls == 0);
        Assert.True(seconds >= 10, $"Closed after {seconds} s.");
        Assert.Equal(["1 stream.NoStart"], meter.Counted);
        Assert.Contains("The stream was refused: ProtocolViolation, no start within 10 s.", Assert.Single(relay.Log.Lines, IsOurs), StringComparison.Ordinal);
        Assert.Equal(0, relay.Gemini.ConnectionsSeen);
    }

    [Fact]
    public async Task Who_does_not_answer_the_close_is_cut_off_and_gives_the_place_back()
    {
        var time = new ManualTime();
        await using var relay = await RelayOnLoopback.StartAsync(new RelaySurroundings { Time = time });
        using var stranger = await UpgradedAsync(relay, time);
        var told = stranger.NextFrameAsync();
        await AdvanceUntilAsync(time, () => told.IsCompleted && relay.ActiveCalls == 0);
        Assert.Equal(Stranger.Close, (await told)!.Value.Opcode);
        Assert.Null(await stranger.NextFrameAsync());
        Assert.Equal(0, relay.Gemini.ConnectionsSeen);
    }

    [Fact]
    public async Task Who_starts_and_then_falls_silent_loses_the_stream_and_its_session()
    {
        var time = new ManualTime();
        await using var relay = await RelayOnLoopback.StartAsync(new RelaySurroundings { Time = time });
        var call = NewCall();
        using var stranger = await UpgradedAsync(relay, time, call);
        await stranger.SayAsync(StreamWords.Start(call));
        Assert.Equal(Stranger.Text, (await stranger.NextFrameAsync())!.Value.Opcode);
        var closing = stranger.CloseCodeAsync();
        await AdvanceUntilAsync(time, () => closing.IsCompleted);
        Assert.Equal(1000, await closing);
        await AdvanceUntilAsync(time, () => relay.ActiveCalls == 0);
        Assert.Contains(relay.Log.Lines, line => line.Contains("The stream ended: StreamLost (no media for 10 s)", StringComparison.Ordinal));
        await relay.Gemini.Sessions[0].WaitUntilAsync(session => session.Close is not null, Patience.Token);
    }

    [Fact]
    public async Task A_handshake_that_dribbles_in_takes_no_place_and_is_given_up()
    {
        await using var relay = await RelayOnLoopback.StartAsync(new RelaySurroundings
        {
            Kestrel = kestrel => kestrel.Limits.RequestHeadersTimeout = kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1),
        });
        using var silent = await Stranger.ConnectAsync(relay.Origin);
        using var halfLine = await Stranger.ConnectAsync(relay.Origin);
        await halfLine.WriteAsync("GET /stre");
        using var halfHead = await Stranger.ConnectAsync(relay.Origin);
        await halfHead.WriteAsync(Stranger.Handshake(Path(Call))[..^2]);
        using var dribbling = await Stranger.ConnectAsync(relay.Origin);
        var answer = dribbling.HeadAsync();
        foreach (var one in Stranger.Handshake(Path(Call), "X-Long: " + new string('x', 10_000)).Chunk(1))
        {
            await Stranger.IfOpenAsync(() => dribbling.WriteAsync(new string(one)));
            if (await Task.WhenAny(answer, Task.Delay(10)) == answer)
            {
                break;
            }
        }

        Assert.StartsWith("HTTP/1.1 408", await answer);
        Assert.StartsWith("HTTP/1.1 408", await halfHead.HeadAsync());
        Assert.Equal("", await silent.HeadAsync());
        Assert.Matches("^(HTTP/1.1 408|$)", await halfLine.HeadAsync());
        Assert.Equal((0, 0), (relay.ActiveCalls, relay.Gemini.ConnectionsSeen));
        Assert.DoesNotContain(relay.Log.Lines, IsOurs);
    }

    private static async Task<Stranger> UpgradedAsync(RelayOnLoopback relay, ManualTime time, string? call = null)
    {
        call ??= NewCall();
        var stranger = await Stranger.ConnectAsync(relay.Origin);
        Assert.StartsWith("HTTP/1.1 101", await stranger.AskAsync(Stranger.Handshake(Path(call, TicketUntil(time.GetUtcNow().ToUnixTimeSeconds() + 100, call)))));
        return stranger;
    }

    private static async Task AdvanceUntilAsync(ManualTime time, Func<bool> done)
    {
        var patience = Patience.Token;
        while (!done())
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, patience);
        }
    }
}
