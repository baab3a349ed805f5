using System.Diagnostics;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Core;

/// <summary>
/// Spans of calls. All spans of one call, whichever service they come from, are one trace: its id is the CallSid's 32 digits, so
/// nothing has to be passed on and the trace is found by the call's name. A CallSid opens nothing; numbers and words never
/// stand in a span.
/// </summary>
public static class CallSpans
{
    /// <summary>Begins a span of a call; null when nobody listens. It is nobody's current activity, so no client tells it to a peer.</summary>
    /// <param name="call">Whose trace it belongs to.</param>
    /// <param name="name">What is done.</param>
    /// <param name="kind">Whether a peer asked for it.</param>
    /// <param name="began">When; null for now.</param>
    /// <param name="parent">The span it is a part of; null for the trace itself.</param>
    public static Activity? Begin(CallSid call, string name, ActivityKind kind = ActivityKind.Internal, DateTimeOffset? began = null, Activity? parent = null)
    {
        if (!Telemetry.Activities.HasListeners())
        {
            return null;
        }

        var trace = ActivityTraceId.CreateFromString(call.Value.AsSpan(2).ToString().ToLowerInvariant());
        var context = new ActivityContext(trace, parent?.SpanId ?? default, ActivityTraceFlags.Recorded);
        var current = Activity.Current;
        try
        {
            Activity.Current = null;
            return Telemetry.Activities.StartActivity(name, kind, context, startTime: began ?? default);
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Ends a span at a moment of the call's clock.</summary>
    public static void EndAt(this Activity span, DateTimeOffset ended)
    {
        ArgumentNullException.ThrowIfNull(span);
        var current = Activity.Current;
        span.SetEndTime(ended.UtcDateTime);
        span.Dispose();
        Activity.Current = current;
    }
}
