using PhoneAgent.Core.Calls;
using PhoneAgent.Tests.Handlers.Adversarial;

namespace PhoneAgent.Tests.House.Adversarial;

/// <summary>A genuine ticket opens a WebSocket and no more: what is then said must fit it, and keep within bounds.</summary>
[Collection(AloneCollection.Name)]
public sealed class AdversarialStreamTests(RelayUnderAttack relay) : IClassFixture<RelayUnderAttack>
{
    public static TheoryData<string> BeforeStart => [.. StreamAttack.BeforeStart.Keys];

    public static TheoryData<string> AfterStart => [.. StreamAttack.AfterStart.Keys];

    public static TheoryData<string> PassedOver => [.. StreamAttack.PassedOver.Keys];

    [Theory]
    [MemberData(nameof(BeforeStart))]
    public Task Before_start_a_stream_is_closed_and_Gemini_not_reached(string attack) => ProveRefusedAsync(StreamAttack.BeforeStart[attack]);

    [Theory]
    [MemberData(nameof(AfterStart))]
    public async Task After_start_a_stream_is_closed_and_so_is_its_session(string attack)
    {
        var (code, reason, detail, say) = StreamAttack.AfterStart[attack];
        var lines = relay.Relay.Log.Lines.Count;
        var call = RelayUnderAttack.NewCall();
        using var stranger = await relay.RunningAsync(call);
        await Stranger.IfOpenAsync(() => say(stranger, call));

        Assert.Equal(code, await stranger.CloseCodeAsync());
        await relay.UntilIdleAsync();
        Assert.Contains($"The stream ended: {reason} ({detail})", Assert.Single(relay.LinesAfter(lines), line => line.Contains("ended", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(reason, await EndOfAsync(call));
        await relay.UntilSessionsEndedAsync();
    }

    [Theory]
    [MemberData(nameof(PassedOver))]
    public async Task After_start_what_makes_no_sense_is_passed_over_once_it_is_counted(string attack)
    {
        var (lines, connections) = (relay.Relay.Log.Lines.Count, relay.Relay.Gemini.ConnectionsSeen);
        var call = RelayUnderAttack.NewCall();
        using var stranger = await relay.RunningAsync(call);
        await StreamAttack.PassedOver[attack](stranger, call);
        await stranger.SayAsync(StreamWords.Frame);
        await stranger.SayAsync(StreamWords.Stop);

        Assert.Equal(1000, await stranger.CloseCodeAsync());
        await relay.UntilIdleAsync();
        Assert.Equal(["is skipped", "The stream ended: CallerHungUp"], relay.LinesAfter(lines).Select(line => line.Contains("is skipped", StringComparison.Ordinal) ? "is skipped" : line[line.IndexOf("The stream", StringComparison.Ordinal)..][..30]));
        var ended = (await relay.Relay.CallLog.ReadAsync(CallSid.Parse(call), default)).OfType<StreamEnded>().Single();
        Assert.Equal((1, 20), (ended.Figures.MalformedMessages, ended.Figures.CallerMs));
        Assert.Equal(connections + 1, relay.Relay.Gemini.ConnectionsSeen);
    }

    [Fact]
    public async Task A_flood_of_pings_is_answered_and_the_call_goes_on()
    {
        var call = RelayUnderAttack.NewCall();
        using var stranger = await relay.RunningAsync(call);
        var pongs = 0;
        for (var i = 0; i < 1_000; i++)
        {
            await stranger.FrameAsync(Stranger.Ping, [1, 2, 3]);
            await stranger.FrameAsync(Stranger.Pong, []);
        }

        while (pongs < 1_000)
        {
            pongs += (await stranger.NextFrameAsync())!.Value.Opcode == Stranger.Pong ? 1 : 0;
        }

        await stranger.SayAsync(StreamWords.Stop);
        Assert.Equal(1000, await stranger.CloseCodeAsync());
        await relay.UntilIdleAsync();
        Assert.Equal(EndReason.CallerHungUp, await EndOfAsync(call));
    }

    [Fact]
    public async Task Marks_that_lie_about_what_was_heard_are_not_believed()
    {
        var call = RelayUnderAttack.NewCall();
        using var stranger = await relay.RunningAsync(call);
        foreach (var position in new[] { "9223372036854775807", "0", "1000000", "-1" })
        {
            await stranger.SayAsync(StreamWords.Mark.Replace("\"1\"", $"\"{position}\"", StringComparison.Ordinal));
        }

        await stranger.SayAsync(StreamWords.Stop);
        Assert.Equal(1000, await stranger.CloseCodeAsync());
        await relay.UntilIdleAsync();
        var events = await relay.Relay.CallLog.ReadAsync(CallSid.Parse(call), default);
        Assert.All(events.OfType<AgentSaid>(), said => Assert.True(said.HeardMs <= said.GeneratedMs));
    }

    [Fact]
    public async Task An_offer_to_compress_is_not_taken()
    {
        var call = RelayUnderAttack.NewCall();
        using var stranger = await Stranger.ConnectAsync(relay.Origin);
        var head = await stranger.AskAsync(Stranger.Handshake(RelayUnderAttack.Path(call), "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits", "Sec-WebSocket-Protocol: evil"));

        Assert.StartsWith("HTTP/1.1 101", head);
        Assert.DoesNotContain("Sec-WebSocket-Extensions", head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Sec-WebSocket-Protocol", head, StringComparison.OrdinalIgnoreCase);
        stranger.Reset();
        await relay.UntilIdleAsync();
    }

    [Fact]
    public Task A_connection_reset_before_start_leaves_one_line() => relay.ProveRefusedAsync(
        "The stream was refused: StreamLost, the socket ended before start.", "the socket ended before start", async () =>
        {
            using var stranger = await relay.UpgradedAsync(RelayUnderAttack.NewCall());
            await stranger.SayAsync(StreamWords.Connected);
            stranger.Reset();
        });

    [Fact]
    public async Task After_all_of_them_the_next_call_is_served()
    {
        foreach (var attack in StreamAttack.BeforeStart.Values)
        {
            await ProveRefusedAsync(attack);
        }

        await relay.ServeACallAsync();
    }

    private Task ProveRefusedAsync(StreamAttack attack) => relay.ProveRefusedAsync(
        $"The stream was refused: {attack.Reason}, {attack.Detail}.", attack.Detail, async () =>
        {
            var call = RelayUnderAttack.NewCall();
            using var stranger = await relay.UpgradedAsync(call);
            await Stranger.IfOpenAsync(() => attack.Say(stranger, call));
            Assert.Equal(attack.Code, await stranger.CloseCodeAsync());
            Assert.Empty(await relay.Relay.CallLog.ReadAsync(CallSid.Parse(call), default));
        });

    private async Task<EndReason> EndOfAsync(string call) =>
        (await relay.Relay.CallLog.ReadAsync(CallSid.Parse(call), default)).OfType<StreamEnded>().Single().Reason;
}
