using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Phone.Streams;

namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// The line between the caller and Twilio from answer to hang-up, whether or not a stream is open. Every 20 ms of an
/// absolute clock it sends the frame the caller has just said, plays one frame to the caller and asks for the next.
/// A tick that comes late is made up for at once, unless all stood still (<see cref="LineClock"/>); none is skipped.
/// </summary>
/// <param name="caller">Who is at the phone.</param>
/// <param name="time">The clock.</param>
/// <param name="onEvent">Told what happens, in order; must return quickly.</param>
internal sealed class PhoneLine(ICaller caller, TimeProvider time, Action<PhoneEvent> onEvent)
{
    private readonly Lock _gate = new();
    private readonly LineClock _clock = new(time);
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Playout _playout = new();
    private readonly AgentVoice _agent = new();
    private readonly AudioTimeline _said = new();
    private readonly List<SpokenTurn> _turns = [];
    private readonly List<int> _clears = [];
    private readonly byte[] _frame = new byte[LineFrames.Bytes];
    private StreamConnection? _stream;
    private CallerFrame _saying;
    private int _ticks;

    /// <summary>Done once the caller has put the phone down.</summary>
    public Task HungUp => _hungUp.Task;

    /// <summary>Takes the keys the caller presses while no stream is open; null: nobody does.</summary>
    public Action<char>? OnDigit { get; set; }

    /// <summary>Milliseconds since the call was answered.</summary>
    public int AtMs => (int)_clock.NowMs;

    /// <summary>Runs from the answer until <paramref name="stop"/>, or until the caller hangs up.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _clock.Start();
        while (!stop.IsCancellationRequested && !_hungUp.Task.IsCompleted)
        {
            var early = (_ticks * LineFrames.Ms) - _clock.NowMs;
            if (early > 0)
            {
                // Whole milliseconds, upwards: a timer that fires a fraction early would only be asked again.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(early)), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            TickOrFail();
            _clock.Reach(_ticks * LineFrames.Ms);
        }
    }

    /// <summary>From the next tick on the caller's frames go to this stream.</summary>
    public void Connect(StreamConnection stream)
    {
        lock (_gate)
        {
            _stream = stream;
        }
    }

    /// <summary>The stream is over; what it had not yet played is never heard.</summary>
    public void Disconnect()
    {
        lock (_gate)
        {
            Play();
            _stream = null;
            _playout.EndStream();
        }
    }

    /// <summary>Does what the server asked, at the moment it arrived.</summary>
    public void Obey(StreamCommand command)
    {
        lock (_gate)
        {
            if (_stream is not { } stream)
            {
                return; // arrived while the stream was being ended
            }

            Play();
            switch (command)
            {
                case MediaCommand media when !_playout.Enqueue(media.Mulaw):
                    stream.ReportOverflow();
                    break;
                case MarkCommand mark:
                    SendMarks(_playout.Mark(mark.Name));
                    break;
                case ClearCommand:
                    Clear();
                    break;
            }
        }
    }

    /// <summary>What the call was like, once it is over.</summary>
    public LineRecord Record()
    {
        lock (_gate)
        {
            NoteSpeech(_ticks, null);
            return new LineRecord(_said.ToArray(), _playout, [.. _agent.Utterances], [.. _turns], [.. _clears], _clock.StoodMs);
        }
    }

    private void TickOrFail()
    {
        lock (_gate)
        {
            try
            {
                Tick();
            }
            catch (Exception bug)
            {
                _hungUp.TrySetException(bug); // ends the call, which then throws
                throw;
            }
        }
    }

    private void Tick()
    {
        var frame = _ticks++;
        if (frame > 0)
        {
            _said.Append(_frame);
            _stream?.SendFrame(_frame);
            Play(frame);
            Hear(frame - 1);
        }

        _frame.AsSpan().Fill(LineFrames.Silence);
        var saying = caller.NextFrame(Moment(frame), _frame);
        NoteSpeech(frame, saying.Line);
        if (saying.Digit is { } digit)
        {
            Press(frame, digit);
        }

        if (saying.LosesStream)
        {
            _stream?.Abort();
        }

        if (saying.HangsUp)
        {
            _hungUp.TrySetResult();
        }
    }

    private CallMoment Moment(int frame) => new()
    {
        Frame = frame,
        Connected = _stream is not null,
        AgentSpeaks = _agent.Speaks,
        AgentBegun = _agent.Begun,
        AgentFinished = _agent.Finished,
        AgentWasCut = _agent.WasCut,
        AgentBeganAt = _agent.Begun == 0 ? 0 : _agent.Utterances[^1].BeginFrame,
        AgentAudibleUntil = _agent.Begun == 0 ? 0 : _agent.Utterances[^1].EndFrame,
        Heard = frame == 0 ? [] : _playout.Heard((frame - 1) * LineFrames.Bytes, LineFrames.Bytes),
    };

    private void Hear(int frame)
    {
        var spoke = _agent.Speaks;
        _agent.Hear(frame, _playout.Heard(frame * LineFrames.Bytes, LineFrames.Bytes), _playout.BufferedBytes > 0);
        ReportAgent(frame, spoke);
    }

    private void ReportAgent(int frame, bool spoke)
    {
        if (_agent.Speaks != spoke)
        {
            onEvent(_agent.Speaks
                ? new AgentBegan(frame * LineFrames.Ms)
                : new AgentFinished(frame * LineFrames.Ms, _agent.Utterances[^1].EndMs));
        }
    }

    private void NoteSpeech(int frame, CallerLine? line)
    {
        if (_saying.Line is { } before && before != line)
        {
            _turns[^1] = _turns[^1] with { EndFrame = frame };
            onEvent(new CallerFinished(frame * LineFrames.Ms, before));
        }

        if (line is not null && line != _saying.Line)
        {
            _turns.Add(new SpokenTurn(line, frame, frame));
            onEvent(new CallerBegan(frame * LineFrames.Ms, line));
        }

        _saying = new CallerFrame(line);
    }

    private void Press(int frame, char digit)
    {
        onEvent(new DigitPressed(frame * LineFrames.Ms, digit));
        if (_stream is { } stream)
        {
            stream.SendDigit(digit);
        }
        else
        {
            OnDigit?.Invoke(digit);
        }
    }

    private void Clear()
    {
        var discarded = _playout.BufferedBytes / LineFrames.BytesPerMs;
        var atMs = (int)(_playout.Position / LineFrames.BytesPerMs);
        var spoke = _agent.Speaks;
        _clears.Add(atMs);
        SendMarks(_playout.Clear());
        onEvent(new AudioCleared(atMs, discarded));
        _agent.Cut(atMs / LineFrames.Ms);
        ReportAgent(atMs / LineFrames.Ms, spoke);
    }

    private void Play() => SendMarks(_playout.Advance(AtMs * LineFrames.BytesPerMs));

    private void Play(int frame) => SendMarks(_playout.Advance(frame * LineFrames.Bytes));

    private void SendMarks(IReadOnlyList<string> marks)
    {
        foreach (var mark in marks)
        {
            _stream?.SendMark(mark);
        }
    }
}

/// <summary>A line of the caller and when it was said, in frames of the call.</summary>
internal sealed record SpokenTurn(CallerLine Line, int BeginFrame, int EndFrame);

/// <summary>What happened on the line, from which the result of the call is made.</summary>
internal sealed record LineRecord(
    byte[] Said, Playout Playout, IReadOnlyList<HeardUtterance> Agent, IReadOnlyList<SpokenTurn> Turns, IReadOnlyList<int> ClearsAtMs, int StoodMs = 0);
