namespace PhoneAgent.Simulator.Phone;

/// <summary>Makes turns and interruptions out of who was heard when.</summary>
internal static class ConversationReport
{
    /// <summary>An answer belongs to the last line the caller had begun when it began; the first of several counts.</summary>
    public static IReadOnlyList<HeardTurn> Turns(LineRecord line)
    {
        var turns = new List<HeardTurn>();
        var firstLine = line.Turns.Count == 0 ? int.MaxValue : line.Turns[0].BeginFrame;
        if (AnswerWithin(line, 0, firstLine) is { } greeting)
        {
            turns.Add(new HeardTurn(null, 0, 0, greeting.BeginMs, greeting.EndMs));
        }

        for (var i = 0; i < line.Turns.Count; i++)
        {
            var said = line.Turns[i];
            var until = i + 1 < line.Turns.Count ? line.Turns[i + 1].BeginFrame : int.MaxValue;
            var answer = AnswerWithin(line, said.BeginFrame, until);
            turns.Add(new HeardTurn(said.Line.Text, Ms(said.BeginFrame), Ms(said.EndFrame), answer?.BeginMs, answer?.EndMs));
        }

        return turns;
    }

    /// <summary>Every line the caller began while the agent was being heard, or with the frame after its last sound.</summary>
    public static IReadOnlyList<Interruption> Interruptions(LineRecord line)
    {
        var interruptions = new List<Interruption>();
        for (var i = 0; i < line.Turns.Count; i++)
        {
            var said = line.Turns[i];
            var cut = line.Agent.FirstOrDefault(agent => agent.BeginFrame <= said.BeginFrame && said.BeginFrame <= agent.EndFrame);
            if (cut is null)
            {
                continue;
            }

            var sentAt = Ms(said.BeginFrame + 1); // a frame goes out when its 20 ms are over
            var until = i + 1 < line.Turns.Count ? Ms(line.Turns[i + 1].BeginFrame) : int.MaxValue;
            var clears = line.ClearsAtMs.Where(clear => clear >= Ms(said.BeginFrame) && clear < until);
            var clear = clears.Select(at => (int?)at).FirstOrDefault();
            interruptions.Add(new Interruption(
                said.Line.Turn, sentAt, clear - sentAt, Math.Max(0, cut.EndMs - sentAt), cut.EndMs - cut.BeginMs));
        }

        return interruptions;
    }

    private static HeardUtterance? AnswerWithin(LineRecord line, int from, int until) =>
        line.Agent.FirstOrDefault(agent => agent.BeginFrame >= from && agent.BeginFrame < until);

    private static int Ms(int frames) => frames * LineFrames.Ms;
}
