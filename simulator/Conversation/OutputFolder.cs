using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Simulator.Conversation;

/// <summary>Writes what a call left behind: two recordings, <c>call.json</c> and <c>report.html</c>.</summary>
internal sealed class OutputFolder
{
    /// <summary>The name of the recording of both sides.</summary>
    public const string RecordingName = "conversation.wav";

    private readonly string _path;

    /// <summary>Creates the folder if need be.</summary>
    /// <exception cref="BadInputException">It cannot be created.</exception>
    public OutputFolder(string path)
    {
        try
        {
            _path = Directory.CreateDirectory(path).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BadInputException($"The output folder cannot be created: {e.Message}", e);
        }
    }

    /// <summary>Where the call's log goes unless the configuration names another place.</summary>
    public string CallLog => "file:" + Path.Combine(_path, "calls");

    /// <summary>The recording of both sides.</summary>
    public string ConversationWav => Path.Combine(_path, RecordingName);

    /// <summary>What Gemini heard.</summary>
    public string HeardByGeminiWav => Path.Combine(_path, "heard-by-gemini.wav");

    /// <summary>The facts.</summary>
    public string CallJson => Path.Combine(_path, "call.json");

    /// <summary>The call as a page to look at.</summary>
    public string ReportHtml => Path.Combine(_path, "report.html");

    /// <summary>Writes all of them.</summary>
    public void Write(ConversationOutcome outcome)
    {
        // Left what the caller said, right what the caller heard.
        WavFile.WriteStereo(ConversationWav, Linear(outcome.Call.CallerSaid), Linear(outcome.Call.CallerHeard), Telephony.PhoneRate);
        WavFile.WriteMono(HeardByGeminiWav, outcome.HeardByGemini, Telephony.GeminiInputRate);
        File.WriteAllText(CallJson, outcome.Summary.ToJson() + "\n");
        File.WriteAllText(ReportHtml, outcome.Report);
    }

    private static short[] Linear(byte[] mulaw)
    {
        var pcm = new short[mulaw.Length];
        MuLaw.Decode(mulaw, pcm);
        return pcm;
    }
}
