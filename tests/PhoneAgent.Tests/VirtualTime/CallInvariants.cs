using PhoneAgent.Core.Calls;
using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>What must hold for every call, whatever happened to its connections.</summary>
internal static class CallInvariants
{
    private const int FilterMemory = 72;

    /// <summary>Checks a call that is over.</summary>
    public static void Check(Scenario call)
    {
        Assert.Equal(EndReason.CallerHungUp, call.End.Reason);
        CheckCaller(call);
        CheckAgent(call);
        CheckTools(call);
    }

    /// <summary>
    /// Milliseconds of the caller that the call's figures say no connection took: somebody who hangs up between two of them leaves
    /// the rest unsent, because nobody would answer it.
    /// </summary>
    public static long UnsentMs(Scenario call) => call.End.Figures.CallerMs - call.End.Figures.CallerMsToGemini;

    /// <summary>
    /// The last session's state, its handle's snapshot and what it received since, holds every sample the caller sent, once: from the
    /// beginning, or from where the history it was told ends. Where Gemini does not tell what it consumed, some may be doubled, and no more than the relay counted.
    /// </summary>
    private static void CheckCaller(Scenario call)
    {
        var sound = call.Caller.Sound16k();
        var dropped = call.End.Figures.CallerMsDropped; // older than 30 s: counted, and the filter begins anew behind it
        var sessions = call.Sessions.Where(session => session.SamplesHeard > 0 || session.ResumedFrom is not null).ToList();
        var ends = new Dictionary<int, (long End, long Doubled)>();
        var starts = new Dictionary<int, long>();
        foreach (var session in sessions)
        {
            var snapshot = session.ResumedFrom is { } from ? PositionOf(from) : 0;
            var heard = session.Heard();
            var skipped = dropped > 0 ? Math.Min(FilterMemory, heard.Length) : 0;
            var start = heard.Length == 0 ? snapshot : Find(sound, heard, skipped, session);
            starts[session.Number] = start;
            if (session.ResumedFrom is not null && dropped == 0)
            {
                Assert.True(start <= snapshot, $"Session {session.Number}: {snapshot - start} samples were lost.");
            }

            Assert.True(sound.AsSpan((int)start + skipped, heard.Length - skipped).SequenceEqual(heard.AsSpan(skipped)), $"Session {session.Number} did not hear the caller's sound in order.");
            var doubled = session.ResumedFrom is { } resumed ? ends[resumed.Session].Doubled + snapshot - start : 0;
            ends[session.Number] = (start + heard.Length, doubled);
        }

        var last = sessions[^1];
        if (!call.Gemini.IsDeaf && call.Sessions[^1] == last)
        {
            Assert.Equal(UnsentMs(call), (sound.Length - ends[last.Number].End) / 16.0);
        }

        Assert.InRange(ends[last.Number].Doubled / 16, 0, call.End.Figures.CallerMsRepeated + 1);
        if (call.Gemini.TellsConsumed)
        {
            Assert.Equal(0, ends[last.Number].Doubled);
        }

        if (dropped == 0)
        {
            CheckHistory(call, last, starts);
        }

        // A snapshot counts the samples its session consumed, and those of the sessions it goes back to; doubled ones twice.
        long PositionOf(ResumptionSnapshot snapshot)
        {
            var taken = call.Sessions.First(session => session.Number == snapshot.Session);
            var before = taken.ResumedFrom?.SamplesConsumed ?? 0;
            return starts[taken.Number] + snapshot.SamplesConsumed - before;
        }
    }

    // What was said before the sound a chain of sessions begins with stands in the history it was told.
    private static void CheckHistory(Scenario call, GeminiSession last, Dictionary<int, long> starts)
    {
        var first = last;
        while (first.ResumedFrom is { } from)
        {
            first = call.Sessions.First(session => session.Number == from.Session);
        }

        var told = first.History.Where(turn => turn.Role == "user").Select(turn => turn.Text).ToList();
        var begin = starts.GetValueOrDefault(first.Number);
        foreach (var (text, from, to) in call.Caller.Said)
        {
            Assert.True(told.Exists(turn => turn.Contains(text, StringComparison.Ordinal)) || 2 * from >= begin, $"{text} is neither in the history nor in the sound of session {first.Number}.");
            Assert.True(2 * (to - 160) <= begin || !told.Exists(turn => turn.Contains(text, StringComparison.Ordinal)), $"{text} is in the history and in the sound of session {first.Number}.");
        }
    }

    // No word of the agent's is said twice, and none that the caller heard is missing from the log.
    private static void CheckAgent(Scenario call)
    {
        var words = call.Heard.SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Empty(words.GroupBy(word => word).Where(word => word.Count() > 1).Select(word => word.Key));
        Assert.DoesNotContain(call.Sessions, session => session.History.Any(turn => turn.Role == "model") && session.Texts.Contains("Greet the caller."));
    }

    // Each call of the model was run once and answered once: to the session that called, or in words to one that goes on from the transcript.
    private static void CheckTools(Scenario call)
    {
        Assert.Equal(call.Tools.Run.Distinct(), call.Tools.Run);
        foreach (var session in call.Sessions)
        {
            Assert.Equal(session.FunctionResponses.Select(response => response.Id).Distinct(), session.FunctionResponses.Select(response => response.Id));
            Assert.Equal(session.Texts.Where(IsResult).Distinct(), session.Texts.Where(IsResult));
        }

        foreach (var (asked, name) in call.Sessions.SelectMany(session => session.FunctionCalls.Select(function => (session, function.Name))))
        {
            var answered = asked.FunctionResponses.Count + call.Sessions.Count(session => session.Texts.Concat(session.History.Select(turn => turn.Text)).Any(text => text.Contains(name, StringComparison.Ordinal)));
            Assert.True(answered > 0 || call.Log.Events.OfType<ToolCalled>().Any(tool => tool.Outcome == ToolOutcome.Cancelled), $"{name} was never answered.");
        }

        static bool IsResult(string text) => text.StartsWith("The function ", StringComparison.Ordinal);
    }

    // Where in all of the caller's sound a session began to hear.
    private static long Find(short[] sound, short[] heard, int skipped, GeminiSession session)
    {
        var head = heard.AsSpan(skipped, Math.Min(heard.Length - skipped, 256));
        var at = sound.AsSpan().IndexOf(head) - skipped;
        Assert.True(at >= 0, $"Session {session.Number} heard what the caller never said.");
        return at;
    }
}
