using System.Text.Json;
using PhoneAgent.Core.Calls;
using PhoneAgent.Tests.Handlers;
using static PhoneAgent.Tests.Core.Calls.LoggedEvents;

namespace PhoneAgent.Tests.Core.Calls;

public sealed class CallRecordTests
{
    [Fact]
    public void An_outbound_call_remembers_its_request_its_context_the_machine_and_stream_errors()
    {
        var record = CallRecord.From(CallStory.Call, new CallStory()
            .Add(new CallReceived("outbound-api", "+14155550199", "+14155550100", "default", "r1", """{"name":"Ada"}""") { At = CallStory.T0 })
            .Add(new VoicemailReached("machine_end_beep", true) { At = CallStory.T0 })
            .Add(new VoicemailReached("machine_end_beep", true) { At = CallStory.T0.AddSeconds(1) })
            .Add(new StreamFailed("MZ1", "gone") { At = CallStory.T0 })
            .Add(new StreamFailed("MZ1", "gone") { At = CallStory.T0.AddSeconds(1) })
            .Add(new StreamFailed("MZ2", "gone") { At = CallStory.T0 }).Events);
        Assert.Equal(("r1", """{"name":"Ada"}"""), (record.RequestId, record.Context));
        Assert.Equal(new VoicemailAnswer(CallStory.T0, "machine_end_beep", true), record.Voicemail);
        Assert.Equal([new StreamError(CallStory.T0, "MZ1", "gone"), new StreamError(CallStory.T0, "MZ2", "gone")], record.StreamErrors);
    }

    [Fact]
    public void A_call_is_over_by_its_final_status_or_its_final_end()
    {
        Assert.False(new CallStory().Received().Record.IsOver);
        Assert.False(new CallStory().Received().Add(new StatusChanged("in-progress", 2) { At = CallStory.T0 }).Record.IsOver);
        Assert.All(["completed", "busy", "failed", "no-answer", "canceled"], status => Assert.True(new CallStory().Add(new StatusChanged(status, 3) { At = CallStory.T0 }).Record.IsOver));
        Assert.True(new CallStory().Received().Offered().Started().Ended(EndReason.AgentHungUp).Record.IsOver);
        Assert.False(new CallStory().Received().Offered().Started().Ended(EndReason.StreamLost).Record.IsOver);
    }

    [Fact]
    public void A_call_without_events_is_a_record_without_content()
    {
        var record = CallRecord.From(Call, []);
        Assert.Equal(Call, record.CallSid);
        Assert.Null(record.BeganAt);
        Assert.Null(record.NewestOffered);
        Assert.Null(record.End);
        Assert.Null(record.Status);
    }

    [Fact]
    public void A_whole_call_folds_into_what_happened()
    {
        var record = CallRecord.From(Call,
        [
            Received(0), Offered(1, First, 0), Started(1, First, 1, 2), Said(First, 2, "Hello"), Answered(First, 3, "Hi there, what", "Hi there"),
            new DigitPressed("4") { At = At(5), Relay = new(First, 4) }, new DigitPressed("2") { At = At(5), Relay = new(First, 5) },
            new ToolCalled("opening_hours", ToolOutcome.Succeeded, 12) { At = At(6), Relay = new(First, 6) },
            Ended(First, 7, 9, EndReason.AgentHungUp, new StreamFigures { CallerMs = 9000, AgentMs = 100 }),
            new StatusChanged("completed", 3, 9) { At = At(10) },
        ]);
        Assert.Equal(("inbound", "+14155550100", "+14155550199", "default", At(0)), (record.Direction, record.Caller, record.Called, record.Agent, record.BeganAt));
        var attempt = Assert.Single(record.Attempts);
        Assert.Equal((1, At(0), At(2), "MZ1", true), (attempt.Number, attempt.OfferedAt, attempt.StartedAt, attempt.StreamSid, attempt.Started));
        Assert.Equal(
            [new SpokenTurn(At(3), Speaker.Caller, "Hello"), new SpokenTurn(At(4), Speaker.Agent, "Hi there, what", "Hi there", 1000, 600)],
            record.Transcript);
        Assert.Equal("42", record.Digits);
        Assert.Equal([new ToolUse(At(6), "opening_hours", ToolOutcome.Succeeded, 12)], record.Tools);
        Assert.Equal(EndReason.AgentHungUp, record.End?.Reason);
        Assert.Equal(("completed", 9), (record.Status, record.DurationSeconds));
        Assert.Equal(9000, record.Figures.CallerMs);
    }

    [Fact]
    public void A_repeated_append_counts_once()
    {
        CallEvent[] batch = [Said(First, 2, "Hello"), Said(First, 3, "Hello")];
        var record = CallRecord.From(Call, [Received(0), Received(1), Offered(1, First, 0), Started(1, First, 1, 1), .. batch, .. batch]);
        Assert.Equal(2, record.Transcript.Count);
        Assert.Equal(At(0), record.BeganAt);
    }

    [Fact]
    public void Late_events_of_an_older_stream_stand_where_they_belong_and_leave_the_newest_alone()
    {
        var record = CallRecord.From(Call,
        [
            Offered(1, First, 0), Started(1, First, 1, 1), Offered(2, Second, 5), Started(2, Second, 1, 6), Said(Second, 2, "three"),
            Said(First, 3, "two"), Said(First, 2, "one"), Ended(First, 4, 7, EndReason.StreamLost, new StreamFigures { CallerMs = 1 }),
        ]);
        Assert.Equal(["one", "two", "three"], record.Transcript.Select(turn => turn.Text));
        Assert.Equal(2, record.NewestOffered?.Number);
        Assert.Null(record.End);
        Assert.Equal(EndReason.StreamLost, record.Attempts[0].End?.Reason);
    }

    [Fact]
    public void An_end_that_comes_when_the_next_stream_was_offered_ends_the_stream_but_not_the_call()
    {
        CallEvent[] begin = [Offered(1, First, 0), Started(1, First, 1, 1)];
        var end = Ended(First, 2, 7, EndReason.AgentHungUp, new());
        var inTime = CallRecord.From(Call, [.. begin, end, Offered(2, Second, 8)]);
        Assert.Equal((EndReason.AgentHungUp, true), (inTime.FinalEnd?.Reason, inTime.IsOver));
        Assert.Equal(EndReason.AgentHungUp, inTime.Attempts[0].Settled.End?.Reason);
        var late = CallRecord.From(Call, [.. begin, Offered(2, Second, 6), end, new TransferRequested("owner", "late") { At = At(8), Relay = new(First, 3) }]);
        Assert.Equal((null, false), (late.FinalEnd, late.IsOver));
        Assert.Equal(EndReason.AgentHungUp, late.Attempts[0].End?.Reason);
        Assert.Null(late.Attempts[0].Settled.End);
        Assert.Empty(late.Transfers);
        var unoffered = CallRecord.From(Call, [Started(1, First, 1, 1), end]);
        Assert.Equal(EndReason.AgentHungUp, unoffered.FinalEnd?.Reason);
    }

    [Fact]
    public void Two_racing_offers_are_one_attempt_whichever_is_taken_up()
    {
        var record = CallRecord.From(Call, [Offered(1, First, 0), Offered(1, Second, 0), Started(1, First, 1, 1), Ended(First, 2, 3, EndReason.AgentHungUp, new())]);
        var attempt = Assert.Single(record.Attempts);
        Assert.Equal(Second, attempt.Offer?.Nonce);
        Assert.Equal(EndReason.AgentHungUp, attempt.End?.Reason);
    }

    [Fact]
    public void Statuses_are_ordered_and_deduplicated_by_their_sequence_number()
    {
        var record = CallRecord.From(Call,
        [
            new StatusChanged("completed", 3, 61, "human") { At = At(9) }, new StatusChanged("ringing", 1) { At = At(2) },
            new StatusChanged("completed", 3, 61, "human") { At = At(10) }, new StatusChanged("in-progress", 2) { At = At(3) },
        ]);
        Assert.Equal(["ringing", "in-progress", "completed"], record.Statuses.Select(one => one.Status));
        Assert.Equal(("completed", 61, "human"), (record.Status, record.DurationSeconds, record.Statuses[^1].AnsweredBy));
    }

    [Fact]
    public void Transfers_are_followed_from_request_to_outcome()
    {
        var record = CallRecord.From(Call,
        [
            Offered(1, First, 0), Started(1, First, 1, 1), new TransferRequested("owner", "wants a refund") { At = At(2), Relay = new(First, 2) },
            Ended(First, 3, 2, EndReason.Transfer, new()), new TransferDialed("owner") { At = At(3) }, new TransferDialed("owner") { At = At(4) },
            new TransferEnded("busy") { At = At(5) }, new TransferEnded("no-answer") { At = At(6) },
            Offered(2, Second, 6), Started(2, Second, 1, 7), new TransferRequested("sales", "asks again") { At = At(8), Relay = new(Second, 2) },
        ]);
        Assert.Equal(
            [new CallTransfer("owner", "wants a refund", At(2), At(3), "busy"), new CallTransfer("sales", "asks again", At(8))],
            record.Transfers);
        Assert.Equal("sales", record.NewestOffered?.Transfer?.Target);
    }

    [Fact]
    public void A_stream_known_from_the_relay_alone_is_kept_but_was_not_offered()
    {
        var record = CallRecord.From(Call, [Started(1, First, 1, 1), Said(First, 2, "Hello"), Ended(First, 3, 3, EndReason.CallerHungUp, new())]);
        Assert.Equal(EndReason.CallerHungUp, record.End?.Reason);
        Assert.Null(record.NewestOffered);
        Assert.Single(record.Transcript);
    }

    [Fact]
    public void Events_without_a_stamp_or_of_an_unknown_stream_change_no_attempt()
    {
        var record = CallRecord.From(Call,
        [
            Offered(1, First, 0), new StreamEnded(EndReason.AgentHungUp, null, new()) { At = At(1) }, Ended(Second, 1, 1, EndReason.AgentHungUp, new()),
        ]);
        Assert.False(record.NewestOffered?.Started);
    }

    [Fact]
    public void The_owner_sees_no_nonce_and_no_handle()
    {
        var saved = new SessionSaved("seeded-handle", "gemini-3.8-live", "default") { At = At(2), Relay = new(First, 6) };
        var record = CallRecord.From(Call,
        [
            Received(0), Offered(1, First, 0), Started(1, First, 1, 1), Said(First, 2, "Hello"), Answered(First, 3, "Hi", "Hi"),
            saved, new HandedOver(saved, 0, null) { At = At(3), Relay = new(First, 7) },
            new TransferRequested("owner", "why") { At = At(2), Relay = new(First, 4) }, Ended(First, 5, 2, EndReason.Transfer, new()),
        ]);
        Assert.Contains("seeded-handle", record.Carried.ToString(), StringComparison.Ordinal);
        var json = JsonSerializer.Serialize(record, CallRecordJson.Default.CallRecord);
        Assert.DoesNotContain(First, json, StringComparison.Ordinal);
        Assert.DoesNotContain("nonce", json, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("handle", json, StringComparison.OrdinalIgnoreCase);
        using var document = JsonDocument.Parse(json);
        Assert.Equal(Call.Value, document.RootElement.GetProperty("callSid").GetString());
        Assert.Equal("+14155550100", document.RootElement.GetProperty("from").GetString());
        Assert.Equal("Transfer", document.RootElement.GetProperty("end").GetProperty("reason").GetString());
        Assert.Equal("Caller", document.RootElement.GetProperty("transcript")[0].GetProperty("speaker").GetString());
    }

    [Fact]
    public void Interruptions_keys_and_changes_of_agent_have_their_times()
    {
        var record = CallRecord.From(Call,
        [
            Offered(1, First, 0), Started(1, First, 1, 1),
            new AgentInterrupted(600, 1000) { At = At(3), Relay = new(First, 2) }, new AgentInterrupted(600, 1000) { At = At(3), Relay = new(First, 2) },
            new DigitPressed("4") { At = At(5), Relay = new(First, 3) }, new AgentChanged("billing") { At = At(6), Relay = new(First, 4) },
            new CallerSaid("Hello", At(7)) { At = At(8), Relay = new(First, 5) },
            new AgentSaid("Hi", "Hi", 400, 400, At(9), 850) { At = At(10), Relay = new(First, 6) },
        ]);
        Assert.Equal([new Interruption(At(3), 600, 1000)], record.Interruptions);
        Assert.Equal([new KeyPress(At(5), "4")], record.Keys);
        Assert.Equal([new AgentChange(At(6), "billing")], record.AgentChanges);
        Assert.Equal([At(7), At(9)], record.Transcript.Select(turn => turn.Since));
        Assert.Equal([null, 850], record.Transcript.Select(turn => turn.ResponseMs));
    }

    [Fact]
    public void A_call_has_ended_when_Twilio_says_so_or_its_last_stream_ended_it()
    {
        CallEvent[] ended = [Offered(1, First, 0), Started(1, First, 1, 1), Ended(First, 2, 9, EndReason.AgentHungUp, new())];
        Assert.Equal(At(9), CallRecord.From(Call, ended).EndedAt);
        Assert.Equal(At(11), CallRecord.From(Call, [.. ended, new StatusChanged("completed", 3, 9) { At = At(11) }]).EndedAt);
        Assert.Null(CallRecord.From(Call, [Offered(1, First, 0), Started(1, First, 1, 1), Ended(First, 2, 9, EndReason.StreamLost, new())]).EndedAt);
    }
}
