using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Voice;

namespace PhoneAgent.Tests.Handlers;

/// <summary>The decision table, row by row.</summary>
public sealed class CallDecisionsTests
{
    private static readonly CallLimits Limits = new(TimeSpan.FromMinutes(60));
    private static readonly TransferTarget Person = new() { Number = "+14155550123" };
    private static readonly TransferTargets Owner = (agent, target) => (agent, target) == ("default", "owner") ? Person : null;

    private readonly CallStory _story = new CallStory().Received();

    [Theory]
    [InlineData("completed")]
    [InlineData("ringing")]
    [InlineData("failed")]
    [InlineData(null)]
    public void A_call_that_is_not_in_progress_gets_an_empty_response(string? status)
    {
        _story.Offered().Started();
        Assert.Equal(new CallDecision.DoNothing { Row = DecisionRow.NotInProgress }, Decide(status: status, dial: "busy"));
    }

    [Fact]
    public void A_transfer_that_was_answered_and_is_over_ends_the_call_even_when_the_log_cannot_be_read()
    {
        _story.Offered().Started().TransferRequested("owner").TransferDialed("owner");
        var expected = new CallDecision.HangUp { Row = DecisionRow.TransferCompleted, TransferOutcome = "completed" };
        Assert.Equal(expected, Decide(dial: "completed"));
        Assert.Equal(expected, CallDecisions.Decide(null, new("in-progress", "completed"), _story.Now, Limits, Owner));
    }

    [Theory]
    [InlineData("busy")]
    [InlineData("no-answer")]
    [InlineData("failed")]
    [InlineData("canceled")]
    public void A_transfer_that_was_not_answered_goes_back_to_the_agent_who_is_told_how_it_ended(string outcome)
    {
        _story.Offered().Started().TransferRequested("owner").TransferDialed("owner");
        Assert.Equal(new CallDecision.Connect(2) { Row = DecisionRow.TransferFailed, TransferOutcome = outcome }, Decide(dial: outcome));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("busy")]
    public void Without_the_log_there_is_an_apology_and_never_a_stream(string? dial) =>
        Assert.Equal(new CallDecision.Apologise { Row = DecisionRow.LogUnavailable }, CallDecisions.Decide(null, new("in-progress", dial), _story.Now, Limits, Owner));

    [Theory]
    [InlineData(null)]
    [InlineData("busy")]
    public void A_call_that_was_removed_ends_for_nothing_would_bound_it(string? dial)
    {
        _story.Offered().Started().Removed();
        Assert.Equal(new CallDecision.HangUp { Row = DecisionRow.Removed }, Decide(dial: dial));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("busy")]
    public void A_call_that_has_reached_its_age_ends(string? dial)
    {
        _story.Wait(3599).Offered().Started();
        Assert.Equal(DecisionRow.StreamLost, Decide().Row);
        _story.Wait(1);
        Assert.Equal(new CallDecision.HangUp { Row = DecisionRow.TooOld }, Decide(dial: dial));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("busy")]
    public void A_call_that_has_had_twelve_streams_ends(string? dial)
    {
        for (var attempt = 1; attempt <= 11; attempt++)
        {
            _story.Offered().Started().HandedOver();
        }

        Assert.Equal(new CallDecision.Connect(12) { Row = DecisionRow.HandedOver }, Decide());
        _story.Offered().Started().HandedOver();
        Assert.Equal(new CallDecision.HangUp { Row = DecisionRow.TooManyAttempts }, Decide(dial: dial));
    }

    [Fact]
    public void A_stream_that_never_started_is_offered_again_after_ever_longer_pauses_four_times_in_a_row()
    {
        foreach (var (attempt, pause) in new[] { (2, 0), (3, 1), (4, 3), (5, 8) })
        {
            _story.Offered();
            Assert.Equal(new CallDecision.Connect(attempt, pause) { Row = DecisionRow.NeverStarted }, Decide());
        }

        _story.Offered();
        Assert.Equal(new CallDecision.Apologise { Row = DecisionRow.NeverStartedTooOften }, Decide());
    }

    [Fact]
    public void A_stream_that_started_begins_the_row_anew()
    {
        _story.Offered().Offered().Offered().Offered().Started().HandedOver().Offered();
        Assert.Equal(new CallDecision.Connect(6, 0) { Row = DecisionRow.NeverStarted }, Decide());
    }

    [Fact]
    public void A_call_of_which_nothing_is_known_is_connected() =>
        Assert.Equal(new CallDecision.Connect(1) { Row = DecisionRow.NeverStarted }, CallDecisions.Decide(CallRecord.From(CallStory.Call, []), new("in-progress", null), _story.Now, Limits, Owner));

    [Theory]
    [InlineData(EndReason.AgentHungUp, null)]
    [InlineData(EndReason.TimeLimit, null)]
    [InlineData(EndReason.IdleCaller, null)]
    [InlineData(EndReason.CallerHungUp, null)]
    [InlineData(EndReason.AgentHungUp, "busy")]
    public void A_final_end_ends_the_call(EndReason reason, string? dial)
    {
        _story.Offered().Started().Ended(reason);
        Assert.Equal(new CallDecision.HangUp { Row = DecisionRow.Finished }, Decide(dial: dial));
    }

    [Fact]
    public void A_transfer_is_dialled_by_name_for_what_is_left_of_the_call()
    {
        _story.Offered().Started().Wait(600).TransferRequested("owner");
        Assert.Equal(new CallDecision.Dial("owner", Person, 3000, AlreadyDialed: false) { Row = DecisionRow.TransferAsked }, Decide());
    }

    [Fact]
    public void A_repeated_webhook_dials_the_same_again()
    {
        _story.Offered().Started().Wait(600).TransferRequested("owner").TransferDialed("owner").Wait(2);
        Assert.Equal(new CallDecision.Dial("owner", Person, 3000, AlreadyDialed: true) { Row = DecisionRow.TransferAsked }, Decide());
    }

    [Theory]
    [InlineData(20, 1200)]
    [InlineData(58, 3000)]
    public void A_targets_own_limit_holds_when_it_is_the_shorter(int minutes, int seconds)
    {
        _story.Offered().Started().Wait(600).TransferRequested("owner");
        var person = Person with { LimitMinutes = minutes };
        Assert.Equal(new CallDecision.Dial("owner", person, seconds, AlreadyDialed: false) { Row = DecisionRow.TransferAsked }, CallDecisions.Decide(_story.Record, new("in-progress", null), _story.Now, Limits, (_, _) => person));
    }

    [Theory]
    // Twilio says whether the two were connected: that decides.
    [InlineData("completed", true, true, null, "completed")]
    [InlineData("completed", true, true, true, "completed")]
    [InlineData("completed", true, false, null, "completed")]
    [InlineData("completed", false, true, false, "declined")]
    [InlineData("completed", false, true, null, "declined")]
    [InlineData("completed", false, false, null, "declined")]
    [InlineData("no-answer", false, true, null, "no-answer")]
    [InlineData("no-answer", false, true, false, "declined")]
    [InlineData("busy", false, false, null, "busy")]
    // Twilio says nothing of it: the key that was pressed decides.
    [InlineData("completed", null, false, null, "completed")]
    [InlineData("completed", null, true, true, "completed")]
    [InlineData("completed", null, true, false, "declined")]
    [InlineData("completed", null, true, null, "declined")]
    [InlineData("busy", null, true, null, "busy")]
    public void Who_picked_up_but_did_not_take_the_call_has_declined(string status, bool? bridged, bool accept, bool? accepted, string outcome)
    {
        _story.Offered().Started().TransferRequested("owner").TransferDialed("owner");
        if (accepted is { } key)
        {
            _story.Add(new TransferAnswered(key) { At = _story.Now });
        }

        var decision = CallDecisions.Decide(_story.Record, new("in-progress", status, bridged), _story.Now, Limits, (_, _) => Person with { Accept = accept });
        Assert.Equal(
            outcome == "completed"
                ? new CallDecision.HangUp { Row = DecisionRow.TransferCompleted, TransferOutcome = outcome }
                : new CallDecision.Connect(2) { Row = DecisionRow.TransferFailed, TransferOutcome = outcome },
            decision);
    }

    [Fact]
    public void The_agent_that_took_over_has_its_own_targets()
    {
        _story.Offered().Started().AgentChanged("billing").TransferRequested("owner");
        Assert.Equal(DecisionRow.TransferRefused, Decide().Row);
        Assert.IsType<CallDecision.Dial>(CallDecisions.Decide(_story.Record, new("in-progress", null), _story.Now, Limits, (agent, _) => agent == "billing" ? Person : null));
    }

    [Fact]
    public void A_repeated_webhook_after_a_transfer_that_failed_connects_without_telling_twice()
    {
        _story.Offered().Started().TransferRequested("owner").TransferDialed("owner").TransferEnded("busy");
        Assert.Equal(new CallDecision.Connect(2) { Row = DecisionRow.TransferFailed }, Decide());
    }

    [Fact]
    public void A_repeated_webhook_after_a_transfer_that_was_answered_hangs_up()
    {
        _story.Offered().Started().TransferRequested("owner").TransferDialed("owner").TransferEnded("completed");
        Assert.Equal(new CallDecision.HangUp { Row = DecisionRow.TransferCompleted }, Decide());
    }

    [Theory]
    [InlineData("+19005550100")]
    [InlineData("Owner")]
    [InlineData("")]
    public void A_target_that_the_profile_does_not_name_is_refused_and_the_agent_told(string target)
    {
        _story.Offered().Started().TransferRequested(target);
        Assert.Equal(new CallDecision.Connect(2) { Row = DecisionRow.TransferRefused, TransferOutcome = "refused" }, Decide());
    }

    [Fact]
    public void The_fourth_transfer_is_refused()
    {
        for (var transfer = 1; transfer <= 3; transfer++)
        {
            _story.Offered().Started().TransferRequested("owner");
            Assert.Equal(DecisionRow.TransferAsked, Decide().Row);
            _story.TransferDialed("owner").TransferEnded("busy");
        }

        _story.Offered().Started().TransferRequested("owner");
        Assert.Equal(new CallDecision.Connect(5) { Row = DecisionRow.TransferRefused, TransferOutcome = "refused" }, Decide());
    }

    [Fact]
    public void A_call_that_was_handed_over_is_connected_at_once_however_often()
    {
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            _story.Offered().Started().HandedOver();
            Assert.Equal(new CallDecision.Connect(attempt + 1) { Row = DecisionRow.HandedOver }, Decide());
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(EndReason.StreamLost)]
    [InlineData(EndReason.ProtocolViolation)]
    [InlineData(EndReason.InternalError)]
    public void A_lost_stream_is_connected_again_until_three_are_lost_within_two_minutes(EndReason? reason)
    {
        Lose(reason);
        Assert.Equal(new CallDecision.Connect(2) { Row = DecisionRow.StreamLost }, Decide());
        Lose(reason);
        Assert.Equal(new CallDecision.Connect(3) { Row = DecisionRow.StreamLost }, Decide());
        Lose(reason);
        Assert.Equal(new CallDecision.Apologise { Row = DecisionRow.StreamLostTooOften }, Decide());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(EndReason.StreamLost)]
    public void Streams_lost_at_long_intervals_never_add_up(EndReason? reason)
    {
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            Lose(reason, afterSeconds: 61);
            Assert.Equal(new CallDecision.Connect(attempt + 1) { Row = DecisionRow.StreamLost }, Decide());
        }
    }

    [Fact]
    public void Without_gemini_there_is_an_apology()
    {
        _story.Offered().Started().Ended(EndReason.GeminiUnavailable);
        Assert.Equal(new CallDecision.Apologise { Row = DecisionRow.GeminiUnavailable }, Decide());
    }

    [Fact]
    public void Only_the_newest_stream_offered_is_looked_at()
    {
        _story.Offered().Started().Ended(EndReason.GeminiUnavailable).Offered().Started();
        Assert.Equal(DecisionRow.StreamLost, Decide().Row);
    }

    private void Lose(EndReason? reason, double afterSeconds = 10)
    {
        _story.Offered().Started().Wait(afterSeconds);
        if (reason is { } logged)
        {
            _story.Ended(logged);
        }
    }

    private CallDecision Decide(string? status = "in-progress", string? dial = null) =>
        CallDecisions.Decide(_story.Record, new StreamEndedFields(status, dial), _story.Now, Limits, Owner);
}
