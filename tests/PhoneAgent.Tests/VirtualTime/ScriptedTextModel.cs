using PhoneAgent.MediaRelay.Gemini;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>The text model in virtual time: answers as the test says, and remembers when it was asked what.</summary>
/// <param name="time">The clock.</param>
/// <param name="takes">How long an answer takes.</param>
/// <param name="answer">The answer to the question of that number, counted from 1.</param>
internal sealed class ScriptedTextModel(VirtualClock time, TimeSpan takes, Func<int, TextAnswer> answer) : ITextModel
{
    private int _asking;

    /// <summary>What was asked, and when.</summary>
    public List<(TimeSpan At, string Data)> Asked { get; } = [];

    /// <summary>The most questions there were at a time.</summary>
    public int MostAtOnce { get; private set; }

    public async Task<TextAnswer> AskAsync(string instructions, string data, CancellationToken cancellation)
    {
        Asked.Add((time.Elapsed, data));
        MostAtOnce = Math.Max(MostAtOnce, ++_asking);
        try
        {
            await Task.Delay(takes, time, cancellation);
            return answer(Asked.Count);
        }
        finally
        {
            _asking--;
        }
    }
}
