using System.Net;
using System.Net.WebSockets;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Trust;
using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.House;

/// <summary>The relay over real sockets, against peers that do not behave.</summary>
public sealed class StreamOverLoopbackTests
{
    private const string Call = "CA00000000000000000000000000000001";
    private const string OtherCall = "CA00000000000000000000000000000002";

    [Theory]
    [InlineData("nonsense")]
    [InlineData("v1.99999999999.0123456789abcdef0123456789abcdef.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("v1.1.0123456789abcdef0123456789abcdef.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_stream_without_a_genuine_ticket_is_refused_before_the_upgrade(string ticket)
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        using var stream = new RawStream();

        Assert.Equal(HttpStatusCode.Forbidden, await stream.ConnectAsync(relay.StreamUrl(Call, ticket)));
        Assert.Equal(0, relay.Gemini.ConnectionsSeen);
    }

    [Fact]
    public async Task A_ticket_of_another_call_is_refused_before_the_upgrade()
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        using var stream = new RawStream();

        var ticket = relay.Tickets.Write(CallSid.Parse(OtherCall), relay.Tickets.NewTerms());

        Assert.Equal(HttpStatusCode.Forbidden, await stream.ConnectAsync(relay.StreamUrl(Call, ticket)));
    }

    [Fact]
    public async Task A_request_that_is_no_WebSocket_gets_403_without_and_400_with_a_ticket()
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        using var http = new HttpClient();

        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync(new Uri(relay.Origin, $"/stream/{Call}/none"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync(new Uri(relay.Origin, relay.StreamUrl(Call).PathAndQuery))).StatusCode);
    }

    [Fact]
    public async Task A_start_that_does_not_match_the_ticket_is_closed_with_1008_before_Gemini_is_reached()
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        using var otherCall = await new RawStream().ConnectedAsync(relay.StreamUrl(Call));
        using var otherAccount = await new RawStream().ConnectedAsync(relay.StreamUrl(Call));

        await otherCall.StartAsync(OtherCall);
        await otherAccount.StartAsync(Call, "AC00000000000000000000000000000009");

        Assert.Equal(1008, await otherCall.CloseCodeAsync());
        Assert.Equal(1008, await otherAccount.CloseCodeAsync());
        Assert.Equal(0, relay.Gemini.ConnectionsSeen);
    }

    [Fact]
    public async Task A_ticket_cannot_be_used_twice()
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        var url = relay.StreamUrl(Call);
        using var first = await new RawStream().ConnectedAsync(url);
        await first.StartAsync(Call);
        await relay.Gemini.WaitForSessionAsync(1, Patience.Token);
        using var second = await new RawStream().ConnectedAsync(url);
        await second.StartAsync(Call);

        Assert.Equal(1008, await second.CloseCodeAsync());
        Assert.Single(relay.Gemini.Sessions);
    }

    [Fact]
    public async Task A_message_of_a_megabyte_is_closed_with_1009_and_the_next_call_is_served()
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        using var stream = await new RawStream().ConnectedAsync(relay.StreamUrl(Call));
        await stream.StartAsync(Call);
        await stream.SendAsync(new string('x', 1_000_000));

        Assert.Equal(1009, await stream.CloseCodeAsync());
        await AssertServesACallAsync(relay);
    }

    [Fact]
    public async Task A_stop_before_or_right_after_start_ends_the_call_quietly()
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        using var before = await new RawStream().ConnectedAsync(relay.StreamUrl(Call));
        await before.StopAsync();
        Assert.Equal(1000, await before.CloseCodeAsync());

        using var after = await new RawStream().ConnectedAsync(relay.StreamUrl(OtherCall));
        await after.StartAsync(OtherCall);
        await after.StopAsync();
        Assert.Equal(1000, await after.CloseCodeAsync());
        await AssertServesACallAsync(relay);
    }

    [Fact]
    public async Task Binary_opcodes_broken_json_and_unknown_events_are_skipped()
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        using var stream = await new RawStream().ConnectedAsync(relay.StreamUrl(Call));
        await stream.SendAsync("{{{{", WebSocketMessageType.Binary);
        await stream.StartAsync(Call);
        await stream.SendAsync("not json");
        await stream.SendAsync("""{"event":"weather"}""");
        await stream.FrameAsync();
        await stream.StopAsync();
        await stream.CloseCodeAsync();

        var ended = await EndOfAsync(relay, Call);
        Assert.Equal((EndReason.CallerHungUp, 3), (ended.Reason, ended.Figures.MalformedMessages));
        Assert.Equal(20, ended.Figures.CallerMs);
    }

    [Fact]
    public async Task A_Gemini_that_never_answers_setup_ends_the_stream_with_1011_and_the_next_call_is_served()
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        relay.Gemini.Behaviour = new GeminiBehaviour { NeverAnswersSetup = true };
        using var stream = await new RawStream().ConnectedAsync(relay.StreamUrl(Call));
        await stream.StartAsync(Call);
        var closing = stream.CloseCodeAsync();
        while (!closing.IsCompleted)
        {
            await stream.FrameAsync();
            await Task.WhenAny(closing, Task.Delay(100));
        }

        Assert.Equal(1011, await closing);
        await UntilIdleAsync(relay);
        Assert.Contains(relay.Log.Lines, line => line.Contains("GeminiUnavailable") && line.Contains("Gemini did not complete setup within 5 s"));
        relay.Gemini.Behaviour = GeminiBehaviour.Normal;
        await AssertServesACallAsync(relay);
    }

    [Theory]
    [InlineData(KeyRefusal.NotValid, "API key not valid")]
    [InlineData(KeyRefusal.Blocked, "1008")]
    [InlineData(KeyRefusal.Http403, "check Gemini__ApiKey")]
    public async Task A_Gemini_that_refuses_the_key_ends_the_stream_with_1011_and_a_clear_cause(KeyRefusal refusal, string cause)
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        relay.Gemini.Behaviour = new GeminiBehaviour { RefusesKey = refusal };
        using var stream = await new RawStream().ConnectedAsync(relay.StreamUrl(Call));
        await stream.StartAsync(Call);

        Assert.Equal(1011, await stream.CloseCodeAsync());
        Assert.Contains(cause, (await EndOfAsync(relay, Call)).Detail);
        Assert.Contains(relay.Log.Lines, line => line.Contains("GeminiUnavailable") && line.Contains(cause));
        relay.Gemini.Behaviour = GeminiBehaviour.Normal;
        await AssertServesACallAsync(relay);
    }

    [Fact]
    public async Task Messages_of_Gemini_in_fragments_and_ones_nobody_knows_do_no_harm()
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        relay.Gemini.Behaviour = new GeminiBehaviour { FragmentBytes = 7, RawAfterSetup = ["not json", """{"somethingNew":{"x":[1]}}"""] };
        await AssertServesACallAsync(relay);
    }

    [Fact]
    public async Task A_full_relay_refuses_with_503_and_says_so_in_readyz()
    {
        await using var relay = await RelayOnLoopback.StartAsync(("Relay:MaxCalls", "1"));
        using var http = new HttpClient { BaseAddress = relay.Origin };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz")).StatusCode);
        using var first = await new RawStream().ConnectedAsync(relay.StreamUrl(Call));
        await first.StartAsync(Call);
        using var second = new RawStream();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await second.ConnectAsync(relay.StreamUrl(OtherCall)));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/readyz")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/readyz")).StatusCode);
        Assert.Single(relay.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("The relay is full: it holds 1 calls", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz")).StatusCode);

        await first.StopAsync();
        await first.CloseCodeAsync();
        await UntilIdleAsync(relay);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz")).StatusCode);
        Assert.Single(relay.Log.Lines, line => line.Contains("The relay has room for calls again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_relay_that_knows_the_auth_token_wants_the_handshake_signed_too()
    {
        await using var relay = await RelayOnLoopback.StartAsync(("Twilio:AuthToken", "secret-token"), ("PhoneAgent:StreamUrl", "wss://relay.example.net/stream"));
        var url = relay.StreamUrl(Call);
        var signature = TwilioSignature.Compute("secret-token", "wss://relay.example.net" + url.AbsolutePath, []);
        using var unsigned = new RawStream();
        using var wrong = new RawStream();
        using var signed = new RawStream();

        Assert.Equal(HttpStatusCode.Forbidden, await unsigned.ConnectAsync(url));
        Assert.Equal(HttpStatusCode.Forbidden, await wrong.ConnectAsync(url, TwilioSignature.Compute("other-token", url.AbsoluteUri, [])));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await signed.ConnectAsync(url, signature));
    }

    [Fact]
    public async Task A_stopping_relay_hands_its_call_over_before_its_sockets_close()
    {
        await using var relay = await RelayOnLoopback.StartAsync(("Relay:DrainSeconds", "1"));
        using var stream = await new RawStream().ConnectedAsync(relay.StreamUrl(Call));
        await stream.StartAsync(Call);
        await stream.FrameAsync();
        await relay.Gemini.WaitForSessionAsync(1, Patience.Token);

        var stopping = relay.StopAsync();

        Assert.Equal(1012, await stream.CloseCodeAsync());
        await stopping;
        Assert.Equal(EndReason.HandedOver, (await EndOfAsync(relay, Call)).Reason);
    }

    [Fact]
    public async Task No_log_line_holds_a_ticket_or_a_key()
    {
        await using var relay = await RelayOnLoopback.StartAsync();
        var ticket = relay.Tickets.Write(CallSid.Parse(Call), relay.Tickets.NewTerms());
        using (var stream = await new RawStream().ConnectedAsync(relay.StreamUrl(Call, ticket)))
        {
            await stream.StartAsync(Call);
            await stream.StopAsync();
            await stream.CloseCodeAsync();
        }

        using (var again = await new RawStream().ConnectedAsync(relay.StreamUrl(Call, ticket)))
        {
            await again.StartAsync(Call);
            await again.CloseCodeAsync();
        }

        await UntilIdleAsync(relay);
        Assert.Contains(relay.Log.Lines, line => line.Contains("The stream ended"));
        Assert.Contains(relay.Log.Lines, line => line.Contains("refused"));
        Assert.DoesNotContain(relay.Log.Lines, line => line.Contains(ticket) || line.Contains(ticket.Split('.')[3]) || line.Contains(RelayOnLoopback.GeminiKey) || line.Contains(RelayOnLoopback.TicketKey));
    }

    private static async Task AssertServesACallAsync(RelayOnLoopback relay)
    {
        const string next = "CA0000000000000000000000000000000a";
        using var stream = await new RawStream().ConnectedAsync(relay.StreamUrl(next));
        await stream.StartAsync(next);
        await stream.FrameAsync();

        Assert.Contains("\"media\"", await stream.NextAsync());
        await stream.StopAsync();
        Assert.Equal(1000, await stream.CloseCodeAsync());
    }

    private static async Task<StreamEnded> EndOfAsync(RelayOnLoopback relay, string callSid)
    {
        await UntilIdleAsync(relay);
        return Assert.Single((await relay.CallLog.ReadAsync(CallSid.Parse(callSid), Patience.Token)).OfType<StreamEnded>());
    }

    private static async Task UntilIdleAsync(RelayOnLoopback relay)
    {
        var patience = Patience.Token;
        while (relay.ActiveCalls > 0)
        {
            await Task.Delay(10, patience);
        }
    }
}
