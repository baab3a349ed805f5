using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.GeminiSimulation;

public sealed class AgentTurnTests
{
    private const string Greeting = "Good day to you, how can I help?"; // 3.2 s

    private readonly ConversationBench _bench = new(ConversationBench.Script(Greeting, "Second line of the agent.", "Third."));

    [Fact]
    public void A_text_while_idle_begins_the_greeting_after_the_think_time()
    {
        _bench.Silence(1000);
        _bench.Do((c, now) => c.Read("Go on.", now));
        _bench.Silence(1000);
        Assert.Equal(1150, _bench.When(m => m.Audio.Count > 0));
    }

    [Fact]
    public void The_sound_comes_whole_in_messages_of_40_to_240_ms_and_faster_than_it_plays()
    {
        Greet();
        var sound = _bench.Sent.Where(sent => sent.Message.Audio.Count > 0).ToArray();
        Assert.Equal(ConversationBench.Voice(Greeting), sound.SelectMany(s => s.Message.Audio.SelectMany(part => part.ToArray())));
        Assert.All(sound[..^1], s => Assert.InRange(s.Message.Audio.Sum(part => part.Length) / 24, 40, 240));
        Assert.True(sound.Select(s => s.Message.Audio.Sum(part => part.Length)).Distinct().Count() > 4);
        Assert.InRange(sound[^1].Ms - sound[0].Ms, 3200 / 4 * 0.8, 3200 / 4);
        Assert.Contains(sound, s => s.Message.Audio.Count == 2);
    }

    [Fact]
    public void The_transcript_comes_in_pieces_between_the_sound_and_adds_up()
    {
        Greet();
        var pieces = _bench.Sent.Select(sent => sent.Message.OutputTranscription).OfType<Transcription>().ToArray();
        Assert.True(pieces.Length > 3);
        Assert.Equal(Greeting, string.Concat(pieces.Select(piece => piece.Text)));
        Assert.Equal(pieces.Length - 1, Array.FindIndex(pieces, piece => piece.Finished));
        Assert.Contains(_bench.Sent, sent => sent.Message.OutputTranscription is not null && sent.Message.Audio.Count == 0);
        Assert.Contains(_bench.Sent, sent => sent.Message.OutputTranscription is not null && sent.Message.Audio.Count > 0);
    }

    [Fact]
    public void The_turn_is_complete_when_the_line_would_have_been_played()
    {
        Greet();
        var begin = _bench.When(m => m.Audio.Count > 0);
        Assert.InRange(_bench.When(m => m.GenerationComplete), begin, begin + 800);
        Assert.Equal(begin + 3200, _bench.When(m => m.TurnComplete));
        var last = _bench.Sent[^1].Message;
        Assert.True(last.TurnComplete);
        Assert.Equal("IDLE", last.InteractionStatus);
        Assert.Equal(80, last.Usage!.Value.Response); // 3.2 s of 25 tokens
        var line = Assert.Single(_bench.Session.Lines);
        Assert.Equal((Greeting, 3200, 3200, LineState.Complete), (line.Text, line.TotalMs, line.GeneratedMs, line.State));
    }

    [Fact]
    public void Every_other_line_ends_with_sound_text_and_generation_complete_in_one_message()
    {
        Greet();
        Assert.Empty(_bench.Sent.Single(sent => sent.Message.GenerationComplete).Message.Audio);
        _bench.Sent.Clear();
        _bench.Do((c, now) => c.Read("Go on.", now));
        _bench.Silence(4000);
        var end = _bench.Sent.Single(sent => sent.Message.GenerationComplete).Message;
        Assert.NotEmpty(end.Audio);
        Assert.True(end.OutputTranscription!.Finished);
        Assert.Equal("Second line of the agent.", string.Concat(_bench.Sent.Select(sent => sent.Message.OutputTranscription?.Text)));
    }

    [Fact]
    public void A_text_while_the_agent_speaks_starts_nothing()
    {
        _bench.Do((c, now) => c.Read("Go on.", now));
        _bench.Silence(500);
        _bench.Do((c, now) => c.Read("Go on.", now));
        _bench.Silence(5000);
        Assert.Single(_bench.Session.Lines);
    }

    [Fact]
    public void Lines_in_rotation_or_a_stock_phrase_follow_a_script_that_is_used_up()
    {
        var rotating = new ConversationLines(ConversationBench.Script("A.") with { AgentLines = ["B.", "C."] }, ConversationBench.Voice);
        Assert.Equal(["A.", "B.", "C.", "B."], Enumerable.Range(0, 4).Select(i => rotating.Turn(i).Agent));
        var scripted = new ConversationLines(ConversationBench.Script("A."), ConversationBench.Voice);
        Assert.Equal(["A.", "Is there anything else?", "Is there anything else?"], Enumerable.Range(0, 3).Select(i => scripted.Turn(i).Agent));
    }

    [Fact]
    public void Without_being_asked_for_no_transcript_and_no_handle_is_sent()
    {
        var bench = new ConversationBench(ConversationBench.Script("Hello.", "Yes."), "\"temperature\": null");
        bench.Do((c, now) => c.Read("Go on.", now));
        bench.Silence(2000);
        bench.Speak(500);
        bench.Silence(2000);
        Assert.Equal(2, bench.Session.Lines.Count);
        Assert.DoesNotContain(bench.Sent, sent =>
            sent.Message.ResumptionHandle is not null || sent.Message.OutputTranscription is not null || sent.Message.InputTranscription is not null);
    }

    private void Greet()
    {
        _bench.Do((c, now) => c.Read("Go on.", now));
        _bench.Silence(5000);
    }
}
