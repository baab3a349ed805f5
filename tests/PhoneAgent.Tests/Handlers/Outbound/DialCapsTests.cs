using PhoneAgent.Core.Configuration;
using PhoneAgent.Handlers.Outbound;

namespace PhoneAgent.Tests.Handlers.Outbound;

public sealed class DialCapsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly OutboundSettings Settings = new() { MaxPerDestinationPerDay = 2, MaxPerHour = 3 };

    [Fact]
    public void A_destination_is_called_so_often_a_day_and_no_more()
    {
        var caps = Take(Take(null, "a", Noon), "a", Noon.AddHours(5));
        Assert.Equal((null, CapOutcome.Destination), DialCaps.Take(caps, "a", Noon.AddHours(9), Settings));
        Assert.Equal(CapOutcome.Taken, DialCaps.Take(caps, "b", Noon.AddHours(9), Settings).Result);
    }

    [Fact]
    public void All_destinations_together_are_called_so_often_an_hour_and_no_more()
    {
        var caps = Take(Take(Take(null, "a", Noon), "b", Noon.AddMinutes(59)), "c", Noon);
        Assert.Equal((null, CapOutcome.Hour), DialCaps.Take(caps, "d", Noon.AddMinutes(59), Settings));
        Assert.Equal(CapOutcome.Taken, DialCaps.Take(caps, "d", Noon.AddMinutes(60), Settings).Result);
    }

    [Fact]
    public void What_Twilio_refused_counts_no_longer_but_never_below_zero()
    {
        var caps = Take(Take(null, "a", Noon), "a", Noon);
        var back = DialCaps.GiveBack(caps, "a", Noon).Next!;
        Assert.Equal(CapOutcome.Taken, DialCaps.Take(back, "a", Noon, Settings).Result);
        var below = DialCaps.GiveBack(DialCaps.GiveBack(back, "a", Noon).Next, "a", Noon).Next!;
        Assert.Equal(CapOutcome.Destination, DialCaps.Take(Take(Take(below, "a", Noon), "a", Noon), "a", Noon, Settings).Result);
        Assert.Null(DialCaps.GiveBack(null, "a", Noon).Next);
    }

    [Fact]
    public void A_change_leaves_the_state_it_came_from_alone()
    {
        var caps = Take(null, "a", Noon);
        Take(caps, "a", Noon);
        Assert.Equal(1, caps.PerDestination["a"]);
    }

    [Fact]
    public void Each_day_has_a_document_of_its_own_by_UTC()
    {
        Assert.Equal("caps/2026-11-20", DialCaps.Document(new DateTimeOffset(2026, 11, 21, 1, 0, 0, TimeSpan.FromHours(2))).ToString());
        Assert.Equal("caps/2026-11-21", DialCaps.Document(new DateTimeOffset(2026, 11, 20, 23, 0, 0, TimeSpan.FromHours(-2))).ToString());
    }

    [Fact]
    public void The_wait_ends_with_the_hour_or_the_day()
    {
        Assert.Equal(TimeSpan.FromMinutes(15), DialCaps.Until(CapOutcome.Hour, Noon.AddMinutes(45)));
        Assert.Equal(TimeSpan.FromHours(12), DialCaps.Until(CapOutcome.Destination, Noon));
    }

    private static DialCaps Take(DialCaps? caps, string destination, DateTimeOffset at) => DialCaps.Take(caps, destination, at, Settings).Next!;
}
