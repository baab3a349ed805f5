using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Tests.GeminiSimulation;

public sealed class DemoConversationTests
{
    private readonly SpeechClips _clips = new(espeak: null);

    [Fact]
    public void The_demo_is_held_to_its_end_with_the_clips_and_the_one_barge_in()
    {
        var script = ConversationScript.Demo;
        var bench = new ConversationBench(script, voice: text => _clips.Say(text, Speaker.Agent, GeminiWire.AgentRate));
        bench.Silence(500);
        bench.Do((c, now) => c.Read("Go on.", now));
        bench.Silence(200);
        foreach (var turn in script.Turns.Skip(1))
        {
            if (turn.InterruptAfterMs is { } ms)
            {
                bench.Silence(ms);
            }
            else
            {
                while (bench.Session.Lines[^1].State == LineState.Speaking)
                {
                    bench.Silence(20);
                }

                bench.Silence(300);
            }

            // As it comes out of the telephone: 8 kHz, then back to what Gemini takes.
            bench.Say(Resampling.Convert(_clips.Say(turn.Caller!, Speaker.Caller, 8000), 8000, GeminiWire.CallerRate));
            bench.Silence(700);
            if (turn.Tool is { } tool)
            {
                bench.Do((c, now) => c.Read(new FunctionResponse(bench.Session.FunctionCalls[^1].Id, tool.Name, [], Scheduling: null), now));
                bench.Silence(700);
            }
        }

        bench.Silence(5000);
        Assert.Equal(script.Turns.Select(turn => turn.Agent), bench.Session.Lines.Select(line => line.Text));
        Assert.Equal(script.Turns.Skip(1).Select(turn => turn.Caller), bench.Session.Utterances.Select(utterance => utterance.Text));
        var interruption = Assert.Single(bench.Session.Interruptions);
        Assert.Equal(script.Turns[1].Agent, interruption.Line);
        Assert.InRange(interruption.AssumedHeardMs, 1500, 2000);
        Assert.InRange(bench.Session.Lines[^1].StartedAt.TotalSeconds + 3, 33, 43);
    }
}
