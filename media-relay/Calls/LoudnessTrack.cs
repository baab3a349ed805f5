using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// How loud both sides were, coarsely, for the owner's picture of the call: one level for every 200 ms and side, the loudest of
/// it. Ten seconds and more become one fact, which travels with the next others to the log. What nobody takes for almost seven
/// minutes is not noted. Not thread-safe: <see cref="Conversation"/> owns it.
/// </summary>
internal sealed class LoudnessTrack(DateTimeOffset began)
{
    private const int MostSteps = 2_048;
    private const int StepsOfAFact = 10_000 / LoudnessNoted.StepMs;

    // Mean magnitudes of 16-bit samples, 5 dB apart up to −8 dB of full scale: levels 1 to 9.
    private static readonly int[] Thresholds = [128, 228, 405, 720, 1_280, 2_276, 4_048, 7_198, 12_800];

    private readonly byte[] _caller = new byte[MostSteps];
    private readonly byte[] _agent = new byte[MostSteps];
    private int _first;

    /// <summary>The caller was so loud.</summary>
    /// <param name="at">Time since the call began.</param>
    /// <param name="level">The mean magnitude of some samples.</param>
    public void CallerSounds(TimeSpan at, int level) => Note(_caller, at, level);

    /// <summary>The agent will be so loud; see <see cref="CallerSounds"/>.</summary>
    public void AgentSounds(TimeSpan at, int level) => Note(_agent, at, level);

    /// <summary>What the agent would have sounded like from this time on was discarded.</summary>
    public void AgentFallsSilent(TimeSpan at) => _agent.AsSpan(Math.Clamp(StepOf(at) + 1 - _first, 0, MostSteps)).Clear();

    /// <summary>What was noted up to a time, and is not to be taken again; null when it is too little for a fact.</summary>
    public LoudnessNoted? Take(TimeSpan upTo, bool evenLittle)
    {
        var count = Math.Min(StepOf(upTo) - _first, MostSteps);
        if (count < (evenLittle ? 1 : StepsOfAFact))
        {
            return null;
        }

        var since = began + (_first * TimeSpan.FromMilliseconds(LoudnessNoted.StepMs));
        var fact = new LoudnessNoted(since, Text(_caller, count), Text(_agent, count)) { At = began + upTo };
        _first = StepOf(upTo);
        Shift(_caller, count);
        Shift(_agent, count);
        return fact;
    }

    private static int StepOf(TimeSpan at) => (int)(at.TotalMilliseconds / LoudnessNoted.StepMs);

    private static string Text(byte[] levels, int count) => string.Create(count, levels, static (text, levels) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = (char)('0' + levels[i]);
        }
    });

    private static void Shift(byte[] levels, int count)
    {
        levels.AsSpan(count).CopyTo(levels);
        levels.AsSpan(MostSteps - count).Clear();
    }

    private void Note(byte[] levels, TimeSpan at, int level)
    {
        var step = StepOf(at) - _first;
        if (step is >= 0 and < MostSteps)
        {
            var digit = 0;
            while (digit < Thresholds.Length && level >= Thresholds[digit])
            {
                digit++;
            }

            levels[step] = Math.Max(levels[step], (byte)digit);
        }
    }
}
