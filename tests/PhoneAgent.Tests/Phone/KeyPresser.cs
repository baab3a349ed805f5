using PhoneAgent.Simulator.Phone.Callers;

namespace PhoneAgent.Tests.Phone;

/// <summary>Presses keys, one every 100 ms from 200 ms on, and says nothing.</summary>
internal sealed class KeyPresser(string keys) : ICaller
{
    private int _pressed;

    public string? Complaint => null;

    public CallerFrame NextFrame(CallMoment now, Span<byte> mulaw) =>
        now.AtMs >= 200 && now.AtMs % 100 == 0 && _pressed < keys.Length ? new CallerFrame(Digit: keys[_pressed++]) : default;
}
