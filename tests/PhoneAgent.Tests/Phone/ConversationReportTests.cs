using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Phone.Streams;

namespace PhoneAgent.Tests.Phone;

public sealed class ConversationReportTests
{
    private static readonly SpokenTurn Question = new(new CallerLine(1, "question", false), 100, 150);
    private static readonly SpokenTurn Wait = new(new CallerLine(2, "wait", true), 200, 230);

    [Fact]
    public void Response_times_run_from_the_callers_last_frame_to_the_agents_first()
    {
        var turns = ConversationReport.Turns(Line([new(25, 80), new(170, 190), new(260, 300)], [Question, Wait]));
        Assert.Equal(
            [
                new HeardTurn(null, 0, 0, 500, 1600),
                new HeardTurn("question", 2000, 3000, 3400, 3800),
                new HeardTurn("wait", 4000, 4600, 5200, 6000),
            ],
            turns);
        Assert.Equal([500, 400, 600], turns.Select(turn => turn.ResponseMs));
    }

    [Fact]
    public void A_line_without_an_answer_has_no_response_time()
    {
        var turns = ConversationReport.Turns(Line([new(25, 80)], [Question]));
        Assert.Equal([500, null], turns.Select(turn => turn.ResponseMs));
    }

    [Fact]
    public void An_interruption_is_measured_from_its_first_frame_being_sent()
    {
        var line = Line([new(25, 80), new(170, 206), new(260, 300)], [Question, Wait], 4075);
        Assert.Equal([new Interruption(2, 4020, 55, 100, 720)], ConversationReport.Interruptions(line));
    }

    [Fact]
    public void An_interruption_without_clear_says_so()
    {
        var line = Line([new(170, 240)], [Question, Wait], 1000);
        Assert.Equal([new Interruption(2, 4020, null, 780, 1400)], ConversationReport.Interruptions(line));
    }

    [Fact]
    public void An_interruption_that_falls_into_a_pause_of_the_agents_line_is_one()
    {
        var line = Line([new(25, 80), new(170, 200), new(260, 300)], [Question, Wait], 4075);
        Assert.Equal([new Interruption(2, 4020, 55, 0, 600)], ConversationReport.Interruptions(line));
    }

    [Fact]
    public void Speaking_into_silence_interrupts_nobody() =>
        Assert.Empty(ConversationReport.Interruptions(Line([new(25, 80), new(170, 190)], [Question, Wait], 4100)));

    private static LineRecord Line(HeardUtterance[] agent, SpokenTurn[] caller, params int[] clears) => new([], new Playout(), agent, caller, clears);
}
