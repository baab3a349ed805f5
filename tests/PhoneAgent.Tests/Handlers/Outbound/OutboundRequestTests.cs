using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Outbound;

namespace PhoneAgent.Tests.Handlers.Outbound;

/// <summary>What a key that was used before comes to, state by state.</summary>
public sealed class OutboundRequestTests
{
    private static readonly OutboundRequest First = New("first", CallStory.T0);
    private static readonly OutboundRequest Second = New("second", CallStory.T0.AddMinutes(1));

    [Fact]
    public void A_new_key_begins() => Assert.Equal((Second, Beginning.Fresh), OutboundRequest.Begin(null, Second));

    [Fact]
    public void Another_order_is_refused_in_every_state() =>
        Assert.All(States, state => Assert.Equal((null, Beginning.OtherOrder), OutboundRequest.Begin(state with { OrderHash = "other" }, Second)));

    [Fact]
    public void An_attempt_that_meets_itself_goes_on() => Assert.Equal((null, Beginning.Fresh), OutboundRequest.Begin(First, First));

    [Fact]
    public void An_attempt_that_is_on_its_way_is_waited_for_and_then_given_up()
    {
        Assert.Equal((null, Beginning.InProgress), OutboundRequest.Begin(First, Second));
        Assert.Equal((null, Beginning.NeverHeardOf), OutboundRequest.Begin(First, New("late", CallStory.T0.AddMinutes(5))));
    }

    [Fact]
    public void A_placed_call_stays_whatever_comes_later()
    {
        var placed = First.Bind(CallStory.Call, "queued");
        Assert.Equal((null, Beginning.Placed(placed)), OutboundRequest.Begin(placed, Second));
        Assert.Equal(placed, placed.Bind(CallSid.Parse("CAffffffffffffffffffffffffffffffff"), "ringing"));
        Assert.Equal(placed, placed.End(OutboundState.Refused, new TwilioRefusal(21211, 400)));
    }

    [Fact]
    public void What_was_dropped_or_may_succeed_later_begins_anew_and_what_cannot_does_not()
    {
        Assert.Equal((Second, Beginning.Fresh), OutboundRequest.Begin(First.End(OutboundState.Dropped), Second));
        Assert.Equal((Second, Beginning.Fresh), OutboundRequest.Begin(First.End(OutboundState.Refused, new TwilioRefusal(20429, 429)), Second));
        var final = new TwilioRefusal(21211, 400);
        Assert.Equal((null, Beginning.Refused(final)), OutboundRequest.Begin(First.End(OutboundState.Refused, final), Second));
    }

    [Fact]
    public void A_call_heard_of_after_a_refusal_is_bound_all_the_same()
    {
        var bound = First.End(OutboundState.Refused, new TwilioRefusal(20500, 500)).Bind(CallStory.Call, "initiated");
        Assert.Equal((OutboundState.Placed, CallStory.Call, null), (bound.State, bound.CallSid, bound.Refusal));
    }

    private static OutboundRequest[] States =>
        [First, First.Bind(CallStory.Call, "queued"), First.End(OutboundState.Dropped), First.End(OutboundState.Refused, new TwilioRefusal(20429, 429)), First.End(OutboundState.Refused, new TwilioRefusal(21211, 400))];

    private static OutboundRequest New(string attempt, DateTimeOffset at) =>
        new() { OrderHash = "order", Attempt = attempt, At = at, To = OutboundBench.To, From = OutboundBench.From, Agent = "default" };
}
