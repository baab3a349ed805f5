using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Tests.Sound;

public sealed class SpeechClipsTests
{
    private readonly SpeechClips _clipsAlone = new(espeak: null);

    public static TheoryData<string, Speaker> DemoLines()
    {
        TheoryData<string, Speaker> lines = [];
        foreach (var turn in ConversationScript.Demo.Turns)
        {
            lines.Add(turn.Agent, Speaker.Agent);
            if (turn.Caller is not null)
            {
                lines.Add(turn.Caller, Speaker.Caller);
            }
        }

        foreach (var line in ConversationScript.Adaptive.AgentLines)
        {
            lines.Add(line, Speaker.Agent);
        }

        return lines;
    }

    [Theory]
    [MemberData(nameof(DemoLines))]
    public void Every_line_of_the_demo_is_a_clip_of_a_sane_length_and_loudness(string line, Speaker speaker)
    {
        var clip = _clipsAlone.Say(line, speaker, 16000);
        var secondsPerWord = clip.Length / 16000.0 / line.Split(' ').Length;
        Assert.InRange(secondsPerWord, 0.2, 0.6);
        Assert.InRange(TestTone.RmsDb(clip), -26, -14);
    }

    [Fact]
    public void The_demo_call_lasts_less_than_a_minute()
    {
        var spoken = ConversationScript.Demo.Turns.Sum(turn => Seconds(turn.Agent, Speaker.Agent) + Seconds(turn.Caller, Speaker.Caller));
        var interrupted = ConversationScript.Demo.Turns.Index().Where(t => t.Item.InterruptAfterMs is not null)
            .Sum(t => Seconds(ConversationScript.Demo.Turns[t.Index - 1].Agent, Speaker.Agent) - (t.Item.InterruptAfterMs!.Value / 1000.0));
        Assert.InRange(spoken - interrupted, 26, 34);
    }

    [Fact]
    public void Each_thing_the_demo_caller_says_is_one_utterance()
    {
        foreach (var line in ConversationScript.Demo.Turns.Select(turn => turn.Caller).OfType<string>())
        {
            Assert.Single(Utterances.Find(_clipsAlone.Say(line, Speaker.Caller, 8000), 8000));
        }
    }

    [Fact]
    public void A_clip_is_found_however_its_text_is_written()
    {
        Assert.True(SpeechClips.HasClip("  is there ANYTHING else ", Speaker.Agent));
        Assert.False(SpeechClips.HasClip("Is there anything else?", Speaker.Caller));
        Assert.Equal("its three oclock", SpeechClips.Normalised("It's — three o’clock!"));
    }

    [Fact]
    public void A_text_without_clip_and_synthesiser_is_refused_naming_both_ways()
    {
        var message = Assert.Throws<NoSpeechException>(() => _clipsAlone.Say("Never recorded.", Speaker.Agent, 8000)).Message;
        Assert.Contains("Never recorded.", message, StringComparison.Ordinal);
        Assert.Contains("demo script", message, StringComparison.Ordinal);
        Assert.Contains("espeak-ng", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_comes_at_the_wanted_rate()
    {
        var at8 = _clipsAlone.Say("Is there anything else?", Speaker.Agent, 8000);
        var at24 = _clipsAlone.Say("Is there anything else?", Speaker.Agent, 24000);
        Assert.Equal(at8.Length * 3, at24.Length, tolerance: 3);
    }

    [NeedsEspeakFact]
    public void Where_espeak_is_installed_any_text_is_spoken_and_the_two_voices_differ()
    {
        var clips = new SpeechClips(EspeakNg.Find());
        var agent = clips.Say("--help; echo $(date) is a fine name for a shop.", Speaker.Agent, 8000);
        var caller = clips.Say("--help; echo $(date) is a fine name for a shop.", Speaker.Caller, 8000);
        Assert.InRange(agent.Length / 8000.0, 1.5, 8);
        Assert.NotEqual(agent.Length, caller.Length);
    }

    [Theory]
    [InlineData("exit 3", "exit code 3")]
    [InlineData("cat", "not a WAV file")]
    [InlineData("echo no such voice >&2; exit 0", "not a WAV file")]
    public void A_synthesiser_that_fails_is_one_clear_line(string script, string says)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // there is no shell script to stand in for it
        }

        var folder = Directory.CreateTempSubdirectory();
        var program = Path.Combine(folder.FullName, "espeak-ng");
        File.WriteAllText(program, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var clips = new SpeechClips(EspeakNg.Find(folder.FullName));
        var message = Assert.Throws<NoSpeechException>(() => clips.Say("Never recorded.", Speaker.Agent, 8000)).Message;
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Where_the_path_holds_no_espeak_none_is_found() => Assert.Null(EspeakNg.Find("/nonexistent:/dev"));

    private double Seconds(string? line, Speaker speaker) =>
        line is null ? 0 : _clipsAlone.Say(line, speaker, 8000).Length / 8000.0;
}
