using System.Text;
using PhoneAgent.Core.Agents;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// What the caller's keys mean: digits come together until the end key or a pause, then the agent is told them as text; a
/// reserved key transfers the call at once, whether the model does anything or not. Only where no number is being keyed in,
/// so that a zero can be part of one.
/// </summary>
internal sealed class Keypad : IDisposable
{
    /// <summary>The longest number; its last digit ends it.</summary>
    public const int MaxDigits = 64;

    private readonly Func<AgentProfile> _agent;
    private readonly Action<string> _tell;
    private readonly Action<string, string> _transfer;
    private readonly ITimer _pause;
    private readonly Lock _lock = new();
    private readonly StringBuilder _digits = new();

    /// <summary>Begins with no key pressed.</summary>
    /// <param name="agent">The agent, for its rules.</param>
    /// <param name="tell">Tells the agent something, as text.</param>
    /// <param name="transfer">Transfers the call at once: target and reason.</param>
    /// <param name="time">The clock.</param>
    public Keypad(Func<AgentProfile> agent, Action<string> tell, Action<string, string> transfer, TimeProvider time)
    {
        _agent = agent;
        _tell = tell;
        _transfer = transfer;
        _pause = time.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A key was pressed.</summary>
    /// <param name="key">One of <c>0-9*#A-D</c>.</param>
    public void Pressed(string key)
    {
        var rules = _agent().Keypad;
        bool ended;
        lock (_lock)
        {
            if (_digits.Length > 0 || !rules.Transfer.ContainsKey(key))
            {
                ended = key == rules.EndKey || _digits.Append(key).Length >= MaxDigits;
                if (!ended)
                {
                    _pause.Change(TimeSpan.FromMilliseconds(rules.PauseMs), Timeout.InfiniteTimeSpan);
                    return;
                }
            }
            else
            {
                ended = false;
            }
        }

        if (ended)
        {
            Flush();
        }
        else
        {
            _transfer(rules.Transfer[key], $"The caller pressed {key}.");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _pause.Dispose();

    private void Flush()
    {
        string digits;
        lock (_lock)
        {
            _pause.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            digits = string.Join(' ', _digits.ToString().AsEnumerable());
            _digits.Clear();
        }

        if (digits.Length > 0)
        {
            _tell($"The caller entered on the telephone's keypad: {digits}");
        }
    }
}
