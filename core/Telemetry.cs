using System.Diagnostics;
using System.Diagnostics.Metrics;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Core;

/// <summary>
/// What functions and relay measure. Every instrument and span, with its unit and meaning, stands in docs/telemetry.md; a test
/// compares the two. Tags have few values, all of them words of this code: never a number, a name, a text, a ticket or a
/// CallSid. Units are UCUM's. Source: https://opentelemetry.io/docs/specs/semconv/general/metrics/
/// </summary>
public static class Telemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "PhoneAgent";

    /// <summary>Spans of both services.</summary>
    public static readonly ActivitySource Activities = new(Name);

    /// <summary>Instruments of both services.</summary>
    public static readonly Meter Meter = new(Name);

    /// <summary>Requests and streams turned away, by tag <c>reason</c>.</summary>
    public static readonly Counter<long> Refusals = Meter.CreateCounter<long>("phoneagent.refusals", "{request}", "Requests and streams turned away, by reason.");

    /// <summary>Decisions about a call whose stream ended, by tag <c>row</c> of the decision table.</summary>
    public static readonly Counter<long> Decisions = Meter.CreateCounter<long>("phoneagent.decisions", "{decision}", "Decisions about calls whose stream ended, by row of the decision table.");

    /// <summary>Lines of the call log that could not be read and were passed over.</summary>
    public static readonly Counter<long> LogLinesSkipped = Meter.CreateCounter<long>("phoneagent.log.lines_skipped", "{line}", "Lines of the call log that could not be read.");

    /// <summary>Facts that never reached the call log, because it was away for too long.</summary>
    public static readonly Counter<long> LogFactsDropped = Meter.CreateCounter<long>("phoneagent.log.facts_dropped", "{fact}", "Facts about calls that never reached the call log, because it was away for too long.");

    /// <summary>Calls a relay holds now.</summary>
    public static readonly UpDownCounter<long> ActiveCalls = Meter.CreateUpDownCounter<long>("phoneagent.calls.active", "{call}", "Calls the relay holds now.");

    /// <summary>Streams that ended, by tag <c>reason</c>.</summary>
    public static readonly Counter<long> StreamsEnded = Meter.CreateCounter<long>("phoneagent.streams.ended", "{stream}", "Streams that ended, by reason; a call can have several.");

    /// <summary>How long streams lasted.</summary>
    public static readonly Histogram<double> StreamDuration = Duration("phoneagent.stream.duration", "How long a stream lasted.", [10, 30, 60, 120, 300, 600, 1_200, 2_400, 3_600]);

    /// <summary>From the caller's last word to the agent's first.</summary>
    public static readonly Histogram<double> ResponseLatency = Duration("phoneagent.response.latency", "From the caller's last sound, as it reached the relay, to the agent's first sound going out.", [0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10]);

    /// <summary>From Gemini's <c>interrupted</c> to Twilio's <c>clear</c>.</summary>
    public static readonly Histogram<double> InterruptionLatency = Duration("phoneagent.interruption.latency", "From Gemini's word that the caller interrupts to the clear that silences Twilio.", Moments);

    /// <summary>What the relay adds between Twilio and Gemini, by tag <c>direction</c>.</summary>
    public static readonly Histogram<double> AddedLatency = Duration("phoneagent.added.latency", "What the relay itself adds on the way between Twilio and Gemini; one sample a second and call.", Moments);

    /// <summary>How long tools took, by tag <c>outcome</c>.</summary>
    public static readonly Histogram<double> ToolDuration = Duration("phoneagent.tool.duration", "From the model's function call to its answer.", [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30]);

    /// <summary>New connections to Gemini within a stream, by tag <c>cause</c>.</summary>
    public static readonly Counter<long> Resumptions = Meter.CreateCounter<long>("phoneagent.gemini.resumptions", "{connection}", "Connections to Gemini that went on with a conversation begun on another, by why that one was given up.");

    /// <summary>Texts that told a silent agent to go on, by tag <c>cause</c>.</summary>
    public static readonly Counter<long> Nudges = Meter.CreateCounter<long>("phoneagent.gemini.nudges", "{text}", "Texts that told a silent agent to go on, by what it was silent after.");

    /// <summary>Tokens of Gemini's models, by tag <c>kind</c>.</summary>
    public static readonly Counter<long> Tokens = Meter.CreateCounter<long>("phoneagent.tokens", "{token}", "Tokens that calls took at Gemini, counted when a stream ends and when a call is summarised.");

    /// <summary>Audio dropped, by tag <c>direction</c>.</summary>
    public static readonly Counter<double> AudioDropped = Meter.CreateCounter<double>("phoneagent.audio.dropped", "s", "Audio dropped because the other side did not take it in time, counted when a stream ends.");

    /// <summary>Messages of peers that could not be read.</summary>
    public static readonly Counter<long> MessagesSkipped = Meter.CreateCounter<long>("phoneagent.messages.skipped", "{message}", "Messages of Twilio or Gemini that could not be read, counted when a stream ends.");

    /// <summary>Counts tokens by direction and modality.</summary>
    /// <param name="tokens">Those whose kind is known.</param>
    /// <param name="unknown">How many more there are.</param>
    public static void CountTokens(TokenUsage tokens, long unknown = 0)
    {
        Count("AudioIn", tokens.AudioIn);
        Count("TextIn", tokens.TextIn);
        Count("AudioOut", tokens.AudioOut);
        Count("TextOut", tokens.TextOut);
        Count("Unknown", unknown);

        static void Count(string kind, long count)
        {
            if (count > 0)
            {
                Tokens.Add(count, new KeyValuePair<string, object?>("kind", kind));
            }
        }
    }

    // From what a busy machine needs for a frame up to what a caller notices.
    private static double[] Moments => [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];

    private static Histogram<double> Duration(string name, string meaning, double[] buckets) =>
        Meter.CreateHistogram(name, "s", meaning, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
