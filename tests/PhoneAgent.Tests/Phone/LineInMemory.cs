using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Phone.Streams;

namespace PhoneAgent.Tests.Phone;

/// <summary>A caller and an agent on one line without sockets and without a clock: the test says how many frames pass.</summary>
internal sealed class LineInMemory(ICaller caller)
{
    private readonly Playout _playout = new();
    private readonly AgentVoice _agent = new();
    private readonly byte[] _frame = new byte[LineFrames.Bytes];
    private int _frames;

    public bool Connected { get; set; } = true;

    public int AtMs => _frames * LineFrames.Ms;

    public bool HungUp { get; private set; }

    public IReadOnlyList<HeardUtterance> Agent => _agent.Utterances;

    public void AgentSays(int ms) => _playout.Enqueue(Tones.MuLaw(ms));

    public void AgentSays(byte[] mulaw) => _playout.Enqueue(mulaw);

    public void Clear()
    {
        _playout.Clear();
        _agent.Cut(_frames - 1);
    }

    /// <summary>Lets so much time pass; returns what the caller was saying in the last frame.</summary>
    public CallerLine? Pass(int ms)
    {
        CallerLine? line = null;
        for (var end = _frames + (ms / LineFrames.Ms); _frames < end && !HungUp; _frames++)
        {
            line = Frame();
        }

        return line;
    }

    /// <summary>Lets time pass until the caller speaks, at most so long.</summary>
    public CallerLine? PassUntilCallerSpeaks(int atMostMs)
    {
        for (var waited = 0; waited < atMostMs; waited += LineFrames.Ms)
        {
            if (Pass(LineFrames.Ms) is { } line)
            {
                return line;
            }
        }

        return null;
    }

    /// <summary>Lets the caller say what they are saying and then time pass until they speak again, at most so long.</summary>
    public CallerLine? PassUntilCallerSpeaksAnew(int atMostMs)
    {
        var saying = Pass(LineFrames.Ms);
        for (var waited = 0; waited < atMostMs; waited += LineFrames.Ms)
        {
            var line = Pass(LineFrames.Ms);
            if (line is not null && line != saying)
            {
                return line;
            }

            saying = line;
        }

        return null;
    }

    private CallerLine? Frame()
    {
        if (_frames > 0)
        {
            _playout.Advance(_frames * LineFrames.Bytes);
            _agent.Hear(_frames - 1, _playout.Heard((_frames - 1) * LineFrames.Bytes, LineFrames.Bytes), _playout.BufferedBytes > 0);
        }

        _frame.AsSpan().Fill(LineFrames.Silence);
        var saying = caller.NextFrame(
            new CallMoment
            {
                Frame = _frames,
                Connected = Connected,
                AgentSpeaks = _agent.Speaks,
                AgentBegun = _agent.Begun,
                AgentFinished = _agent.Finished,
                AgentWasCut = _agent.WasCut,
                AgentBeganAt = _agent.Begun == 0 ? 0 : _agent.Utterances[^1].BeginFrame,
                AgentAudibleUntil = _agent.Begun == 0 ? 0 : _agent.Utterances[^1].EndFrame,
                Heard = [],
            },
            _frame);
        HungUp |= saying.HangsUp;
        Assert.Equal(saying.Line is not null, Loudness.IsAudible(_frame));
        return saying.Line;
    }
}
