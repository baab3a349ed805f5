using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.GeminiSimulation;

public sealed class InterruptionTests
{
    private const string Greeting = "Good day to you, how can I help?"; // 3.2 s, sent within 0.8 s

    private readonly ConversationBench _bench = new(ConversationBench.Script(Greeting, "The answer is yes."), $"{ConversationBench.Transcribed}, \"sessionResumption\": {{}}");

    [Theory]
    [InlineData(400, false)]
    [InlineData(2000, true)]
    public void Speech_into_a_line_that_is_assumed_playing_interrupts_it_at_once(int afterMs, bool generated)
    {
        SpeakInto(afterMs);
        Assert.Equal(afterMs + 100, _bench.When(m => m.Interrupted), tolerance: 20); // the padding of speech, in frames of 20 ms
        Assert.Equal(generated, _bench.Sent.Any(sent => sent.Message.GenerationComplete));
        var interrupted = _bench.Sent.FindIndex(sent => sent.Message.Interrupted);
        var after = _bench.Sent[interrupted..].Select(sent => sent.Message).ToArray();
        Assert.True(after[1].TurnComplete);
        Assert.DoesNotContain(after, m => m.Audio.Count > 0 || m.GenerationComplete);
    }

    [Fact]
    public void The_record_says_how_much_was_sent_and_how_much_could_have_been_heard()
    {
        SpeakInto(400);
        var interruption = Assert.Single(_bench.Session.Interruptions);
        Assert.Equal(Greeting, interruption.Line);
        Assert.Equal(350, interruption.AssumedHeardMs, tolerance: 20); // 150 ms of thinking before, 100 ms of padding after
        var sent = _bench.Sent.Sum(s => s.Message.Audio.Sum(part => part.Length)) / 24;
        Assert.Equal(sent, interruption.GeneratedMs);
        Assert.True(sent > 350);
        Assert.Equal((LineState.Interrupted, sent), (_bench.Session.Lines[0].State, _bench.Session.Lines[0].GeneratedMs));
    }

    [Fact]
    public void The_transcript_of_what_was_sent_is_made_whole_in_the_message_that_interrupts()
    {
        const string Alphabet = "a b c d e f g h i j k l m n o p q"; // 3.3 s, 17 words
        var bench = new ConversationBench(ConversationBench.Script(Alphabet));
        bench.Do((c, now) => c.Read("Go on.", now));
        bench.Silence(400);
        bench.Speak(300);
        Assert.NotNull(bench.Sent.Single(sent => sent.Message.Interrupted).Message.OutputTranscription);
        var pieces = bench.Sent.Select(sent => sent.Message.OutputTranscription).OfType<Transcription>().ToArray();
        Assert.True(pieces[^1].Finished);
        var words = string.Concat(pieces.Select(piece => piece.Text));
        Assert.StartsWith(words, Alphabet, StringComparison.Ordinal);
        Assert.Equal((int)(17 * bench.Session.Lines[0].GeneratedMs / 3300.0), words.Split(' ').Length);
    }

    [Fact]
    public void The_interrupted_line_is_not_resumed_and_the_caller_gets_the_next_one()
    {
        SpeakInto(400);
        _bench.Speak(500);
        _bench.Silence(4000);
        Assert.Equal([Greeting, "The answer is yes."], _bench.Session.Lines.Select(line => line.Text));
        Assert.Equal(LineState.Complete, _bench.Session.Lines[1].State);
    }

    [Fact]
    public void A_click_interrupts_nothing()
    {
        _bench.Do((c, now) => c.Read("Go on.", now));
        _bench.Silence(400);
        _bench.Speak(40);
        _bench.Silence(5000);
        Assert.Empty(_bench.Session.Interruptions);
        Assert.Equal(LineState.Complete, _bench.Session.Lines[0].State);
    }

    [Fact]
    public void Speech_after_the_turn_was_complete_interrupts_nothing()
    {
        _bench.Do((c, now) => c.Read("Go on.", now));
        _bench.Silence(3400);
        _bench.Speak(500);
        Assert.Empty(_bench.Session.Interruptions);
    }

    [Fact]
    public void Where_nothing_may_interrupt_the_line_is_finished_and_then_the_caller_answered()
    {
        var bench = new ConversationBench(ConversationBench.Script(Greeting, "The answer is yes."), """
            "realtimeInputConfig": { "activityHandling": "NO_INTERRUPTION" }
            """);
        bench.Do((c, now) => c.Read("Go on.", now));
        bench.Silence(400);
        bench.Speak(500);
        bench.Silence(8000);
        Assert.Empty(bench.Session.Interruptions);
        Assert.All(bench.Session.Lines, line => Assert.Equal(LineState.Complete, line.State));
        Assert.Equal(2, bench.Session.Lines.Count);
    }

    [Fact]
    public void A_handle_comes_after_each_turn_and_none_while_it_generates()
    {
        SpeakInto(400);
        var updates = _bench.Sent.Select(sent => sent.Message.ResumptionHandle).OfType<string>().ToArray();
        Assert.Equal(["", _bench.Handles.All.Single().Handle], updates);
        var snapshot = _bench.Handles.All.Single();
        Assert.Equal((7, 1), (snapshot.Session, snapshot.NextTurn));
        Assert.Equal(16 * (400 + 100), snapshot.SamplesConsumed, tolerance: 320);
    }

    [Fact]
    public void A_resumed_conversation_goes_on_with_the_turn_that_comes_next()
    {
        var bench = new ConversationBench(ConversationBench.Script(Greeting, "The answer is yes."), "\"sessionResumption\": {}", new ResumptionSnapshot("h", 1, 5000, 1));
        bench.Speak(500);
        bench.Silence(4000);
        Assert.Equal("The answer is yes.", bench.Session.Lines.Single().Text);
        Assert.True(bench.Handles.All.Single().SamplesConsumed > 5000 + (16 * 1000));
    }

    private void SpeakInto(int afterMs)
    {
        _bench.Do((c, now) => c.Read("Go on.", now));
        _bench.Silence(afterMs);
        _bench.Speak(300);
    }
}
