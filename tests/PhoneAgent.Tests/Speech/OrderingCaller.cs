using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;

namespace PhoneAgent.Tests.Speech;

/// <summary>Says every order, one after the other whatever the agent does, and hangs up.</summary>
internal sealed class OrderingCaller(IReadOnlyList<short[]> orders) : ICaller
{
    private const int PauseFrames = 600 / LineFrames.Ms; // long enough for the agent to answer into the next one

    private readonly List<int> _begun = [];
    private int _first = -1;
    private int _next = -1;

    /// <summary>The frame of the call in which the stream was there first.</summary>
    public int FirstFrame => _first;

    /// <summary>The frame of the call in which each order began.</summary>
    public IReadOnlyList<int> Begun => _begun;

    public string? Complaint => null;

    public CallerFrame NextFrame(CallMoment now, Span<byte> mulaw)
    {
        if (_first < 0)
        {
            if (!now.Connected)
            {
                return default;
            }

            (_first, _next) = (now.Frame, now.Frame + PauseFrames);
        }

        if (now.Frame == _next && _begun.Count < orders.Count)
        {
            _begun.Add(now.Frame);
            _next += Frames(orders[_begun.Count - 1]) + PauseFrames;
        }

        if (_begun.Count == 0)
        {
            return default;
        }

        var at = Math.Min((now.Frame - _begun[^1]) * LineFrames.Bytes, orders[_begun.Count - 1].Length);
        MuLaw.Encode(orders[_begun.Count - 1].AsSpan(at, Math.Min(LineFrames.Bytes, orders[_begun.Count - 1].Length - at)), mulaw);
        return new CallerFrame(HangsUp: now.Frame == _next);
    }

    private static int Frames(short[] order) => (order.Length + LineFrames.Bytes - 1) / LineFrames.Bytes;
}
