using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Simulator.Conversation;

/// <summary>What is said in a call and how the caller's lines sound, 8 kHz.</summary>
/// <param name="Script">The conversation.</param>
/// <param name="Clips">A caller's line to its sound.</param>
internal sealed record CallerLines(ConversationScript Script, Func<string, short[]> Clips)
{
    private const int PhoneRate = 8_000;

    /// <summary>
    /// The caller's lines from a recording, cut at its silences, or else spoken. With a recording and no script the
    /// conversation adapts: the agent greets and answers each utterance with its next line.
    /// </summary>
    /// <exception cref="BadInputException">Recording or script cannot be used.</exception>
    public static CallerLines From(string? recording, string? script)
    {
        try
        {
            var written = script is null ? null : ConversationScript.Load(script);
            if (recording is null)
            {
                var speech = new SpeechClips();
                return new CallerLines(written ?? ConversationScript.Demo, text => speech.Say(text, Speaker.Caller, PhoneRate));
            }

            var utterances = UtterancesOf(recording);
            return written is null ? Adaptive(utterances) : Scripted(written, utterances);
        }
        catch (Exception e) when (e is NotAWavException or ScriptFileException or NoSpeechException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(e.Message, e);
        }
    }

    private static short[][] UtterancesOf(string recording)
    {
        var sound = WavFile.Read(recording);
        var pcm8k = Resampling.Convert(sound.Samples, sound.Rate, PhoneRate);
        var utterances = Utterances.Find(pcm8k, PhoneRate).Select(found => pcm8k[found.Start..(found.Start + found.Length)]).ToArray();
        return utterances.Length > 0 ? utterances : throw new BadInputException($"{Path.GetFileName(recording)}: nobody is heard speaking in it.");
    }

    private static CallerLines Adaptive(short[][] utterances)
    {
        var adaptive = ConversationScript.Adaptive;
        var turns = utterances.Select((_, i) => new ScriptTurn { Caller = Name(i), Agent = adaptive.AgentLines[i % adaptive.AgentLines.Count] });
        return new CallerLines(new ConversationScript([.. adaptive.Turns, .. turns]), name => utterances[Number(name)]);
    }

    private static CallerLines Scripted(ConversationScript script, short[][] utterances)
    {
        var lines = script.Turns.Select(turn => turn.Caller).OfType<string>().ToList();
        return lines.Count == utterances.Length
            ? new CallerLines(script, text => utterances[lines.IndexOf(text)])
            : throw new BadInputException($"The script has {lines.Count} lines of the caller, the recording {utterances.Length} utterances.");
    }

    private static string Name(int utterance) => $"(utterance {utterance + 1})";

    private static int Number(string name) => int.Parse(name[11..^1], System.Globalization.CultureInfo.InvariantCulture) - 1;
}

/// <summary>Something the user gave cannot be used; the message is the one line to show.</summary>
internal sealed class BadInputException(string message, Exception? inner = null) : Exception(message, inner);
