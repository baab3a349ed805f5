using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Tests.Phone;

public sealed class ScriptedCallerTests
{
    private static readonly ConversationScript Script = new(
    [
        new ScriptTurn { Agent = "Hello" },
        new ScriptTurn { Caller = "question", Agent = "a long answer" },
        new ScriptTurn { Caller = "wait", InterruptAfterMs = 300, Agent = "goodbye" },
    ]);

    private readonly ScriptedCaller _caller = new(Script, Clip);
    private readonly LineInMemory _line;

    public ScriptedCallerTests() => _line = new LineInMemory(_caller);

    [Fact]
    public void The_caller_hears_the_greeting_out_before_speaking()
    {
        _line.Pass(500);
        _line.AgentSays(1000);
        Assert.Null(_line.PassUntilCallerSpeaks(1300));
        Assert.Equal(new CallerLine(1, "question", BargesIn: false), _line.PassUntilCallerSpeaks(100));
        Assert.InRange(_line.AtMs, 500 + 1000 + 360, 500 + 1000 + 420);
    }

    [Fact]
    public void A_pause_inside_the_agents_line_is_not_its_end()
    {
        _line.AgentSays(400);
        _line.AgentSays([.. Enumerable.Repeat((byte)0xFF, 800 * 8)]);
        _line.AgentSays(400);
        Assert.Null(_line.PassUntilCallerSpeaks(1600 + 300));
        Assert.NotNull(_line.PassUntilCallerSpeaks(200));
        Assert.Single(_line.Agent);
    }

    [Fact]
    public void A_caller_who_knows_the_agents_line_waits_for_the_rest_of_it_and_answers_as_soon_as_it_was_heard()
    {
        var line = new LineInMemory(new ScriptedCaller(Script, Clip, agentClips: static _ => Tones.Pcm(2_000)));
        line.AgentSays(500);
        Assert.Null(line.PassUntilCallerSpeaks(500 + 900)); // a hole
        line.AgentSays(700);
        Assert.Null(line.PassUntilCallerSpeaks(700 + 900)); // another one
        line.AgentSays(800);
        Assert.Null(line.PassUntilCallerSpeaks(800 + 340));
        Assert.NotNull(line.PassUntilCallerSpeaks(40));
    }

    [Fact]
    public void A_line_that_breaks_off_for_good_is_over_after_a_second()
    {
        var line = new LineInMemory(new ScriptedCaller(Script, Clip, agentClips: static _ => Tones.Pcm(2_000)));
        line.AgentSays(500);
        Assert.Null(line.PassUntilCallerSpeaks(500 + 980));
        Assert.NotNull(line.PassUntilCallerSpeaks(40));
    }

    [Fact]
    public void The_caller_barges_in_so_long_after_the_agents_line_began_to_be_heard()
    {
        UntilTheLongAnswerBegins();
        var began = _line.AtMs;
        Assert.Equal(new CallerLine(2, "wait", BargesIn: true), _line.PassUntilCallerSpeaks(2000));
        Assert.InRange(_line.AtMs - began, 300, 340);
    }

    [Fact]
    public void The_caller_barges_into_the_agents_words_not_into_a_hole_between_them()
    {
        _line.AgentSays(100);
        Assert.NotNull(_line.PassUntilCallerSpeaks(1000));
        _line.Pass(500);
        _line.AgentSays(200);
        Assert.Null(_line.PassUntilCallerSpeaks(200 + 340));
        _line.AgentSays(1000);
        Assert.Equal(new CallerLine(2, "wait", BargesIn: true), _line.PassUntilCallerSpeaks(60));
    }

    [Fact]
    public void The_caller_hangs_up_once_the_last_line_was_heard_to_its_end()
    {
        UntilTheLongAnswerBegins();
        _line.PassUntilCallerSpeaks(2000);
        _line.Pass(100);
        _line.Clear();
        _line.Pass(300);
        _line.AgentSays(500);
        _line.Pass(800);
        Assert.False(_line.HungUp);
        _line.Pass(200);
        Assert.True(_line.HungUp);
        Assert.Null(_caller.Complaint);
        Assert.Equal(3, _line.Agent.Count);
    }

    [Fact]
    public void The_agent_cut_by_clear_and_answering_right_away_counts_as_answering()
    {
        UntilTheLongAnswerBegins();
        _line.PassUntilCallerSpeaks(2000);
        _line.Pass(100);
        _line.Clear();
        _line.AgentSays(500); // no pause between the cut line and the answer, and the caller still speaks
        _line.Pass(1200);
        Assert.True(_line.HungUp);
        Assert.Null(_caller.Complaint);
    }

    [Theory]
    [InlineData(1_000, 140)] // while the caller speaks, whose line has 200 ms
    [InlineData(1_000, 280)] // afterwards
    [InlineData(100, null)] // not at all, but over before the caller is
    public void The_rest_of_a_line_that_the_caller_spoke_into_is_no_answer_whenever_it_is_cut(int restMs, int? cutAfterMs)
    {
        _line.AgentSays(500);
        Assert.Equal(new CallerLine(1, "question", BargesIn: false), _line.PassUntilCallerSpeaks(1000)); // a hole in the greeting, taken for its end
        _line.AgentSays(restMs);
        if (cutAfterMs is { } ms)
        {
            _line.Pass(ms);
            _line.Clear();
        }

        Assert.Null(_line.PassUntilCallerSpeaksAnew(5_000)); // not the next line right behind this one

        _line.AgentSays(3000);
        Assert.Equal(new CallerLine(2, "wait", BargesIn: true), _line.PassUntilCallerSpeaks(1000));
    }

    [Fact]
    public void An_answer_that_begins_while_the_caller_still_speaks_and_goes_on_is_one()
    {
        _line.AgentSays(500);
        Assert.NotNull(_line.PassUntilCallerSpeaks(1000));
        _line.AgentSays(3000);
        Assert.Equal(new CallerLine(2, "wait", BargesIn: true), _line.PassUntilCallerSpeaksAnew(400));
    }

    [Fact]
    public void Without_a_greeting_the_caller_gives_up()
    {
        _line.Pass(15_100);
        Assert.True(_line.HungUp);
        Assert.Equal("no greeting within 15 s", _caller.Complaint);
    }

    [Fact]
    public void Without_an_answer_the_caller_gives_up_and_says_to_what()
    {
        _line.AgentSays(100);
        Assert.NotNull(_line.PassUntilCallerSpeaks(1000));
        _line.Pass(200 + 14_900);
        Assert.False(_line.HungUp);
        _line.Pass(200);
        Assert.True(_line.HungUp);
        Assert.Equal("no answer to turn 1 within 15 s", _caller.Complaint);
    }

    [Fact]
    public void An_agent_who_does_not_stop_talking_is_given_up_on()
    {
        for (var second = 0; second < 125; second++)
        {
            _line.AgentSays(1000);
            _line.Pass(1000);
        }

        Assert.True(_line.HungUp);
        Assert.Equal("greeting not over within 120 s", _caller.Complaint);
    }

    [Fact]
    public void While_no_stream_is_open_the_caller_waits_longer_and_says_nothing()
    {
        _line.Connected = false;
        _line.Pass(50_000);
        Assert.False(_line.HungUp);
        _line.Connected = true;
        _line.AgentSays(200);
        _line.Pass(200);
        _line.Connected = false;
        Assert.Null(_line.PassUntilCallerSpeaks(5000));
        _line.Connected = true;
        Assert.NotNull(_line.PassUntilCallerSpeaks(40));
    }

    [Fact]
    public void A_call_that_ends_too_early_leaves_a_complaint_that_says_where()
    {
        Assert.Equal("the call ended before the greeting", _caller.Complaint);
        _line.AgentSays(100);
        _line.PassUntilCallerSpeaks(1000);
        Assert.Equal("the call ended while the caller said turn 1", _caller.Complaint);
        _line.Pass(400);
        Assert.Equal("the call ended before the answer to turn 1", _caller.Complaint);
    }

    private static short[] Clip(string text) => [.. new short[800], .. Tones.Pcm(200), .. new short[1600]];

    private void UntilTheLongAnswerBegins()
    {
        _line.AgentSays(100);
        Assert.NotNull(_line.PassUntilCallerSpeaks(1000));
        _line.Pass(500);
        _line.AgentSays(3000);
    }
}
