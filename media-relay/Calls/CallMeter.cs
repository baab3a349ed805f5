using System.Diagnostics;
using PhoneAgent.Core;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// One stream's measurements and spans, made of the facts that go to the call log: what the owner reads there and what the
/// collector is sent cannot differ. Words and names stay in the log.
/// </summary>
internal sealed class CallMeter : IDisposable
{
    private readonly CallSid _call;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _began;
    private readonly Activity? _span;
    private bool _interrupted;

    /// <summary>Begins the stream's span and counts the call as active.</summary>
    public CallMeter(CallSid call, int attempt, TimeProvider time)
    {
        _call = call;
        _time = time;
        _began = time.GetUtcNow();
        _span = CallSpans.Begin(call, "stream", ActivityKind.Server, _began);
        _span?.SetTag("phoneagent.call_sid", call.Value).SetTag("phoneagent.attempt", attempt);
        Telemetry.ActiveCalls.Add(1);
    }

    /// <summary>Takes note of a fact; called by one thread at a time.</summary>
    public void Observe(CallEvent fact)
    {
        switch (fact)
        {
            case AgentInterrupted:
                _interrupted = true; // said of the turn that is logged next
                break;
            case AgentSaid turn:
                EndTurn(turn);
                break;
            case ToolCalled tool:
                Telemetry.ToolDuration.Record(tool.DurationMs / 1_000.0, Tag("outcome", tool.Outcome));
                Part("tool", tool.At.AddMilliseconds(-tool.DurationMs))?.SetTag("phoneagent.outcome", tool.Outcome.ToString()).EndAt(tool.At);
                break;
            case SessionResumed resumed:
                Telemetry.Resumptions.Add(1, Tag("cause", resumed.Cause));
                Part("resumption", resumed.At.AddMilliseconds(-resumed.GapMs))?.SetTag("phoneagent.cause", resumed.Cause.ToString()).EndAt(resumed.At);
                break;
            case SessionNudged nudged:
                Telemetry.Nudges.Add(1, Tag("cause", nudged.Cause));
                break;
            case StreamEnded ended:
                End(ended);
                break;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Telemetry.ActiveCalls.Add(-1);
        _span?.EndAt(_time.GetUtcNow());
    }

    private static KeyValuePair<string, object?> Tag<T>(string name, T value)
        where T : struct, Enum => new(name, value.ToString());

    private void EndTurn(AgentSaid turn)
    {
        if (turn.ResponseMs is { } waited)
        {
            Telemetry.ResponseLatency.Record(waited / 1_000.0);
        }

        var span = Part("turn", turn.Since ?? turn.At);
        span?.SetTag("phoneagent.generated_ms", turn.GeneratedMs).SetTag("phoneagent.heard_ms", turn.HeardMs).SetTag("phoneagent.interrupted", _interrupted).SetTag("phoneagent.response_ms", turn.ResponseMs);
        span?.EndAt(turn.At);
        _interrupted = false;
    }

    private void End(StreamEnded ended)
    {
        Telemetry.StreamsEnded.Add(1, Tag("reason", ended.Reason));
        Telemetry.StreamDuration.Record((ended.At - _began).TotalSeconds);
        Telemetry.CountTokens(ended.Figures.Tokens + ended.Figures.NoteTokens, ended.Figures.Tokens == default ? ended.Figures.TotalTokens : 0);
        Telemetry.MessagesSkipped.Add(ended.Figures.MalformedMessages);
        if (ended.Figures.CallerMsDropped > 0)
        {
            Telemetry.AudioDropped.Add(ended.Figures.CallerMsDropped / 1_000.0, LatencyProbe.FromCaller);
        }

        _span?.SetTag("phoneagent.end_reason", ended.Reason.ToString());
        if (ended.Reason is EndReason.GeminiUnavailable or EndReason.InternalError or EndReason.ProtocolViolation or EndReason.StreamLost)
        {
            _span?.SetStatus(ActivityStatusCode.Error);
        }
    }

    private Activity? Part(string name, DateTimeOffset began) => _span is null ? null : CallSpans.Begin(_call, name, began: began, parent: _span);
}
