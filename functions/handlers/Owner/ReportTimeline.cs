using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Owner;

/// <summary>
/// The call as a picture: time from left to right, a lane each for the caller, the agent and what happened. Loudness as the
/// relay noted it; the agent's turns as far as they were heard, and hatched from there on. Long calls get narrower seconds.
/// </summary>
internal static class ReportTimeline
{
    private const double LaneHeight = 64;
    private const double CallerMiddle = 62;
    private const double AgentMiddle = 142;
    private const double EventsTop = 190;
    private const double Height = 250;
    private const double Left = 64;
    private const double WidestSecond = 24;
    private const double Widest = 20_000;
    private const double LeastWidth = 900;

    private static readonly double[] Ticks = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600];

    /// <summary>Adds the picture.</summary>
    public static void Add(ReportHtml html, CallRecord record, IReadOnlyList<Moment> moments)
    {
        var began = record.BeganAt!.Value;
        var seconds = Math.Max(1, (LastOf(record, moments) - began).TotalSeconds);
        var scale = Math.Min(WidestSecond, (Widest - Left) / seconds);
        scale = Math.Max(scale, Math.Min(WidestSecond * 4, (LeastWidth - Left - 10) / seconds));
        var width = Left + (seconds * scale) + 10;
        double X(DateTimeOffset at) => Left + (Math.Clamp((at - began).TotalSeconds, 0, seconds) * scale);

        html.Add($"""<svg class="timeline" viewBox="0 0 {width:0} {Height}" width="{width:0}" height="{Height}" role="img" aria-labelledby="tl-title tl-desc">""")
            .Add($"""<title id="tl-title">Timeline of the call</title><desc id="tl-desc">{record.Transcript.Count} turns and {moments.Count} events over {seconds:0} seconds. Everything in it is in the transcript and in the list of events below.</desc>""")
            .Add($"""<defs><pattern id="cut" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/><rect class="hatch" width="2" height="6"/></pattern></defs>""");
        AddAxis(html, seconds, scale);
        html.Add($"""<text class="lane" x="4" y="{CallerMiddle + 4}">Caller</text><text class="lane" x="4" y="{AgentMiddle + 4}">Agent</text><text class="lane" x="4" y="{EventsTop + 14}">Events</text>""");
        foreach (var turn in record.Transcript.Where(turn => turn.Speaker == Speaker.Agent || record.Loudness.Count == 0))
        {
            var next = record.Transcript.Where(later => later.Speaker == turn.Speaker && later.Since > turn.Since).Select(later => later.Since).Min();
            AddTurn(html, turn, next, X);
        }

        foreach (var (from, to) in Stretches(record.Loudness))
        {
            AddBlock(html, "caller-block", CallerMiddle, X(from), X(to));
        }

        AddLoudness(html, "caller", CallerMiddle, record.Loudness.Select(one => (one.Since, one.Caller)), X);
        AddLoudness(html, "agent", AgentMiddle, record.Loudness.Select(one => (one.Since, one.Agent)), X);
        AddMoments(html, moments, X);
        html.Add($"</svg>");
    }

    private static DateTimeOffset LastOf(CallRecord record, IReadOnlyList<Moment> moments) => new[]
    {
        record.BeganAt!.Value,
        record.EndedAt ?? record.BeganAt.Value,
        moments.Count > 0 ? moments[^1].At : record.BeganAt.Value,
        record.Transcript.Count > 0 ? record.Transcript.Max(turn => turn.At) : record.BeganAt.Value,
    }.Max();

    private static void AddAxis(ReportHtml html, double seconds, double scale)
    {
        var step = Ticks.FirstOrDefault(tick => tick * scale >= 56, Ticks[^1]);
        for (var at = 0.0; at <= seconds; at += step)
        {
            var x = Left + (at * scale);
            html.Add($"""<line class="grid" x1="{x:0.#}" x2="{x:0.#}" y1="20" y2="{Height - 4}"/><text class="tick" x="{x + 3:0.#}" y="14">{(int)at / 60}:{(int)at % 60:00}</text>""");
        }
    }

    private static void AddTurn(ReportHtml html, SpokenTurn turn, DateTimeOffset? next, Func<DateTimeOffset, double> x)
    {
        var since = turn.Since ?? turn.At.AddMilliseconds(-(turn.HeardMs ?? 1_000));
        var (top, lane) = turn.Speaker == Speaker.Caller ? (CallerMiddle, "caller") : (AgentMiddle, "agent");
        var until = turn.HeardMs is { } heard ? since.AddMilliseconds(heard) : turn.At;
        AddBlock(html, lane + "-block", top, x(since), x(until));
        if (turn.GeneratedMs - turn.HeardMs > 50)
        {
            var end = since.AddMilliseconds(turn.GeneratedMs!.Value);
            AddBlock(html, "cut", top, x(until), x(next < end ? next.Value : end)); // what came next took its place
        }
    }

    // When the caller was heard: Gemini's transcript has no times of its own. Pauses shorter than a second belong to it.
    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Stretches(IReadOnlyList<LoudnessNoted> loudness)
    {
        var loud = loudness.SelectMany(part => part.Caller.Select((level, i) => (Level: level, At: part.Since.AddMilliseconds(i * LoudnessNoted.StepMs)))).Where(step => step.Level > '0').Select(step => step.At);
        (DateTimeOffset From, DateTimeOffset To)? stretch = null;
        foreach (var at in loud)
        {
            if (stretch is { } ended && at - ended.To >= TimeSpan.FromSeconds(1))
            {
                yield return ended;
                stretch = null;
            }

            stretch = (stretch?.From ?? at, at.AddMilliseconds(LoudnessNoted.StepMs));
        }

        if (stretch is { } last)
        {
            yield return last;
        }
    }

    private static void AddBlock(ReportHtml html, string style, double middle, double from, double to) =>
        html.Add($"""<rect class="{style}" x="{from:0.#}" y="{middle - (LaneHeight / 2):0.#}" width="{Math.Max(2, to - from):0.#}" height="{LaneHeight}" rx="4"/>""");

    // One path of vertical strokes a lane: thousands of elements would make a long call's page slow.
    private static void AddLoudness(ReportHtml html, string lane, double middle, IEnumerable<(DateTimeOffset Since, string Levels)> parts, Func<DateTimeOffset, double> x)
    {
        html.Add($"""<path class="{lane}-sound" d=" """);
        foreach (var (since, levels) in parts)
        {
            for (var i = 0; i < levels.Length; i++)
            {
                if (levels[i] is > '0' and <= '9')
                {
                    var half = (levels[i] - '0') * (LaneHeight - 12) / 18;
                    html.Add($"M{x(since.AddMilliseconds((i + 0.5) * LoudnessNoted.StepMs)):0.#} {middle - half:0.#}v{2 * half:0.#}");
                }
            }
        }

        html.Add($"\"/>");
    }

    private static void AddMoments(ReportHtml html, IReadOnlyList<Moment> moments, Func<DateTimeOffset, double> x)
    {
        Span<double> rowEnds = stackalloc double[3];
        foreach (var moment in moments)
        {
            var at = x(moment.At);
            var row = rowEnds.IndexOfAnyInRange(double.MinValue, at - 8);
            row = row < 0 ? 0 : row;
            rowEnds[row] = at;
            var y = EventsTop + 10 + (row * 18);
            html.Add($"""<g class="moment {moment.Kind.ToString().ToLowerInvariant()}"><title>{moment.What}</title><line x1="{at:0.#}" x2="{at:0.#}" y1="24" y2="{y - 5:0.#}"/>""");
            switch (moment.Kind)
            {
                case MomentKind.Interruption:
                    html.Add($"""<path d="M{at - 6:0.#} {y + 5:0.#}l6 -11 6 11z"/>""");
                    break;
                case MomentKind.Tool:
                    html.Add($"""<rect x="{at - 5:0.#}" y="{y - 5:0.#}" width="10" height="10"/>""");
                    break;
                case MomentKind.HandOver:
                    html.Add($"""<path d="M{at:0.#} {y - 7:0.#}l7 7 -7 7 -7 -7z"/>""");
                    break;
                case MomentKind.Problem:
                    html.Add($"""<path class="cross" d="M{at - 5:0.#} {y - 5:0.#}l10 10m0 -10l-10 10"/>""");
                    break;
                default:
                    html.Add($"""<circle cx="{at:0.#}" cy="{y:0.#}" r="5"/>""");
                    break;
            }

            html.Add($"</g>");
        }
    }
}
