using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.GeminiSimulation;

public sealed class CallerTurnTests
{
    private readonly ConversationBench _bench = new(ConversationBench.Script("Good day to you, how can I help?", "The answer is yes.", "Goodbye."));

    [Fact]
    public void Speech_is_answered_after_the_silence_and_the_think_time()
    {
        Greet();
        var began = _bench.NowMs;
        _bench.Speak(1000);
        _bench.Silence(3000);
        Assert.Equal(began + 1000 + 500 + 150, _bench.When(m => m.Audio.Count > 0));
        Assert.Equal("The answer is yes.", _bench.Session.Lines[^1].Text);
    }

    [Fact]
    public void What_the_caller_said_is_transcribed_before_the_answer_and_its_place_recorded()
    {
        Greet();
        var began = _bench.Session.SamplesHeard;
        _bench.Speak(1000);
        _bench.Silence(3000);
        Assert.Equal("Caller line 1.", string.Concat(_bench.Sent.Select(sent => sent.Message.InputTranscription?.Text)));
        Assert.True(_bench.When(m => m.InputTranscription?.Finished is true) < _bench.When(m => m.Audio.Count > 0));
        var utterance = Assert.Single(_bench.Session.Utterances);
        Assert.Equal((began, began + 16000), (utterance.StartSample, utterance.EndSample));
        Assert.Equal("Caller line 1.", utterance.Text);
    }

    [Fact]
    public void A_pause_within_the_think_time_makes_one_utterance_longer_and_not_two_turns()
    {
        Greet();
        _bench.Speak(400);
        _bench.Silence(520); // the answer would begin at 650, the speech that follows is certain at 620
        _bench.Speak(400);
        _bench.Silence(3000);
        Assert.Equal(2, _bench.Session.Lines.Count);
        Assert.Equal("The answer is yes.", _bench.Session.Lines[^1].Text);
        Assert.Equal(["Caller line 1.", "(utterance 2)"], _bench.Session.Utterances.Select(utterance => utterance.Text));
    }

    [Fact]
    public void The_silence_and_the_padding_asked_for_are_honoured()
    {
        var bench = new ConversationBench(ConversationBench.Script("Hello.", "Yes."), """
            "realtimeInputConfig": { "automaticActivityDetection": { "prefixPaddingMs": 300, "silenceDurationMs": 900 } }
            """);
        bench.Speak(200);
        bench.Silence(2000);
        Assert.Empty(bench.Session.Utterances);
        bench.Speak(400);
        bench.Silence(800);
        Assert.Empty(bench.Session.Utterances);
        bench.Silence(200);
        Assert.Single(bench.Session.Utterances);
    }

    [Fact]
    public void A_caller_who_speaks_before_the_greeting_gets_the_greeting()
    {
        _bench.Speak(500);
        _bench.Silence(1500);
        Assert.Equal("(utterance 1)", _bench.Session.Utterances[0].Text);
        Assert.StartsWith("Good day", _bench.Session.Lines[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_the_stream_ends_speech_at_once()
    {
        Greet();
        _bench.Speak(600);
        _bench.Do((c, now) => c.HearEnd(now));
        Assert.Single(_bench.Session.Utterances);
    }

    [Fact]
    public void A_client_that_detects_activity_itself_is_believed_and_the_sound_is_not()
    {
        var bench = new ConversationBench(ConversationBench.Script("Hello."), """
            "realtimeInputConfig": { "automaticActivityDetection": { "disabled": true } }
            """);
        bench.Speak(1000);
        bench.Silence(1000);
        Assert.Empty(bench.Session.Utterances);
        bench.Do((c, now) => Assert.Null(c.BeTold(callerSpeaks: true, now)));
        bench.Silence(300);
        bench.Do((c, now) => Assert.Null(c.BeTold(callerSpeaks: false, now)));
        bench.Silence(300);
        Assert.Equal(32000, Assert.Single(bench.Session.Utterances).StartSample);
        Assert.Single(bench.Session.Lines);
    }

    [Fact]
    public void Activity_told_although_the_model_detects_it_is_refused() =>
        _bench.Do((c, now) => Assert.Equal(1007, c.BeTold(callerSpeaks: true, now)!.Code));

    [Fact]
    public void History_told_first_starts_no_turn_and_a_complete_turn_later_does()
    {
        var bench = new ConversationBench(ConversationBench.Script("Hello.", "Yes."), """
            "historyConfig": { "initialHistoryInClientContent": true }
            """);
        bench.Do((c, now) => Assert.Null(c.Read([], turnComplete: true, now)));
        bench.Silence(1000);
        Assert.Empty(bench.Session.Lines);
        bench.Do((c, now) => Assert.Null(c.Read([], turnComplete: false, now)));
        bench.Silence(1000);
        Assert.Empty(bench.Session.Lines);
        bench.Do((c, now) => Assert.Null(c.Read([], turnComplete: true, now)));
        bench.Silence(1000);
        Assert.Single(bench.Session.Lines);
    }

    [Fact]
    public void What_happens_is_told_in_order()
    {
        Greet();
        _bench.Speak(600);
        _bench.Silence(3000);
        Assert.Equal(
            [typeof(AgentBegan), typeof(AgentFinished), typeof(CallerWasHeard), typeof(AgentBegan), typeof(AgentFinished)],
            _bench.Events.Select(e => e.GetType()));
    }

    private void Greet()
    {
        _bench.Do((c, now) => c.Read("Go on.", now));
        _bench.Silence(4000);
        _bench.Sent.Clear();
    }
}
