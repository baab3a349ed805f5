namespace PhoneAgent.Simulator.Phone;

/// <summary>Puts the result of a finished call together.</summary>
internal static class CallResults
{
    public static CallResult From(CallContext call, CallEnding ending, int durationMs, string? complaint)
    {
        var line = call.Line.Record();
        var length = line.Said.Length;
        return new CallResult
        {
            CallSid = call.CallSid,
            Ending = ending,
            Complaint = complaint,
            DurationMs = durationMs,
            StoodMs = line.StoodMs,
            Errors = call.Notes.Errors(),
            Turns = ConversationReport.Turns(line),
            Interruptions = ConversationReport.Interruptions(line),
            AgentUtterances = line.Agent,
            Gaps = line.Playout.Gaps,
            AgentMsHeard = Ms(line.Playout.PlayedBytes),
            AgentMsCleared = Ms(line.Playout.ClearedBytes),
            AgentMsCutOff = Ms(line.Playout.CutOffBytes),
            AgentMsOverflowed = Ms(line.Playout.OverflowBytes),
            Streams = call.Notes.Streams,
            Documents = call.Notes.Documents,
            Announcements = call.Notes.Announcements,
            Whispers = [.. call.Notes.Whispers],
            CallerSaid = line.Said,
            CallerHeard = HeardFor(line, length),
        };
    }

    /// <summary>Both directions equally long: what was heard after the caller's last frame is less than a frame.</summary>
    private static byte[] HeardFor(LineRecord line, int length)
    {
        var heard = line.Playout.Heard().AsSpan();
        var fitted = new byte[length];
        fitted.AsSpan().Fill(LineFrames.Silence);
        heard[..Math.Min(length, heard.Length)].CopyTo(fitted);
        return fitted;
    }

    private static double Ms(long bytes) => (double)bytes / LineFrames.BytesPerMs;
}
