using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Tests.House;

/// <summary>
/// A caller who is in no hurry: says the next line only when the agent has been silent for a while, so that a sentence that breaks off
/// can go on; hangs up after the last answer.
/// </summary>
internal sealed class PatientCaller(ConversationScript script, IReadOnlyDictionary<string, short[]> clips) : ICaller
{
    private const int PatienceFrames = 150; // 3 s
    private const int GivesUpAfterFrames = 1_000;

    private readonly List<CallerLine> _lines = [.. script.Turns.Skip(1).Select((turn, i) => new CallerLine(i + 1, turn.Caller!, BargesIn: false))];
    private SpokenLine? _saying;
    private int _said;
    private int _spokenFrames;
    private int _answeredBegun = -1;
    private int _quietSince;

    public string? Complaint { get; private set; }

    public CallerFrame NextFrame(CallMoment now, Span<byte> mulaw)
    {
        if (_saying is not null)
        {
            _saying[_spokenFrames++].CopyTo(mulaw);
            var line = _saying.Line;
            if (_spokenFrames == _saying.Frames)
            {
                (_saying, _answeredBegun, _quietSince) = (null, now.AgentBegun, now.Frame);
            }

            return new CallerFrame(line);
        }

        if (now.AgentSpeaks || !now.Connected)
        {
            _quietSince = now.Frame;
        }

        if (now.Frame - _quietSince > GivesUpAfterFrames)
        {
            Complaint = $"no answer to line {_said}";
            return new CallerFrame(HangsUp: true);
        }

        if (now.AgentBegun <= Math.Max(0, _answeredBegun) || now.Frame - _quietSince < PatienceFrames)
        {
            return default;
        }

        if (_said == _lines.Count)
        {
            return new CallerFrame(HangsUp: true);
        }

        var next = _lines[_said++];
        (_saying, _spokenFrames) = (new SpokenLine(next, clips[next.Text]), 0);
        return default;
    }
}
