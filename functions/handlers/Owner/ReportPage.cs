using System.Globalization;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Owner;

/// <summary>
/// A call's record as one HTML page that needs nothing but itself: no script, no request. Everything in it that came from a
/// caller, a model or an owner is text.
/// </summary>
public static class ReportPage
{
    // What is longer is folded, so that one endless turn does not hide the others.
    private const int FoldFrom = 1_500;
    private const int FoldedTo = 300;

    /// <summary>The page.</summary>
    /// <param name="record">Of a call that is known.</param>
    /// <param name="recording">Where its recording is, as seen from the page; null when there is none.</param>
    public static string Of(CallRecord record, string? recording = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        var moments = ReportMoments.Of(record);
        var html = new ReportHtml();
        html.Add($"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{ReportStyle.Policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><title>Call {record.CallSid.Value}</title><style>""")
            .AddStyle()
            .Add($"</style></head><body><main>");
        AddHead(html, record);
        AddSummary(html, record.Summary);
        if (record.BeganAt is not null)
        {
            AddTimeline(html, record, moments);
        }

        AddResponses(html, record);
        AddTranscript(html, record);
        AddMoments(html, record, moments);
        ReportFacts.Add(html, record, recording);
        html.Add($"</main></body></html>\n");
        return html.ToString();
    }

    /// <summary>A moment as minutes and seconds since the call began.</summary>
    internal static string Clock(CallRecord record, DateTimeOffset at)
    {
        var since = at - (record.BeganAt ?? at);
        return string.Create(CultureInfo.InvariantCulture, $"{(int)since.TotalMinutes}:{Math.Max(0, since.Seconds):00}.{Math.Max(0, since.Milliseconds / 100)}");
    }

    private static void AddHead(ReportHtml html, CallRecord record)
    {
        var end = record.End is { } last ? ReportMoments.Words(last.Reason.ToString()) : record.Status ?? "no end known";
        html.Add($"""<h1>Call report</h1><p><span class="soft">{record.Direction ?? "unknown direction"} call, {record.BeganAt?.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) ?? "time unknown"}</span> <span class="{(record.End is { } bad && ReportMoments.IsBad(bad.Reason) ? "end bad" : "end")}">{end}</span></p>""");
        var waits = record.Transcript.Select(turn => turn.ResponseMs).OfType<int>().Order().ToList();
        html.Add($"""<dl class="figures">""");
        Figure("Lasted", record.DurationSeconds is { } whole ? $"{whole / 60}:{whole % 60:00}" : record.EndedAt is { } ended && record.BeganAt is { } began ? Minutes(ended - began) : "–");
        Figure("Turns", record.Transcript.Count.ToString(CultureInfo.InvariantCulture));
        Figure("Response, median", waits.Count == 0 ? "–" : $"{(waits[(waits.Count - 1) / 2] + waits[waits.Count / 2]) / 2} ms");
        Figure("Response, longest", waits.Count == 0 ? "–" : $"{waits[^1]} ms");
        Figure("Interruptions", record.Interruptions.Count.ToString(CultureInfo.InvariantCulture));
        Figure("Tokens", record.Figures.TotalTokens.ToString("#,0", CultureInfo.InvariantCulture));
        Figure("Gemini, estimated", record.EstimatedCostUsd is { } cost ? string.Create(CultureInfo.InvariantCulture, $"${cost:0.0000}") : "–");
        html.Add($"</dl>");

        void Figure(string name, string value) => html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>");
    }

    private static string Minutes(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00}");

    private static void AddSummary(ReportHtml html, Core.Calls.CallSummary? summary)
    {
        if (summary is null)
        {
            return;
        }

        html.Add($"""<section aria-labelledby="h-summary"><h2 id="h-summary">Summary</h2><p><bdi>{summary.Outcome}</bdi></p><p class="soft">Written by a model from the transcript. The caller seemed {ReportMoments.Words(summary.Sentiment.ToString())}.</p>""");
        List("Topics", summary.Topics);
        List("Promised by the agent", summary.Promises);
        List("To do", summary.FollowUps);
        html.Add($"</section>");

        void List(string name, IReadOnlyList<string> points)
        {
            if (points.Count == 0)
            {
                return;
            }

            html.Add($"<h3>{name}</h3><ul>");
            foreach (var point in points)
            {
                html.Add($"<li><bdi>{point}</bdi></li>");
            }

            html.Add($"</ul>");
        }
    }

    private static void AddTimeline(ReportHtml html, CallRecord record, IReadOnlyList<Moment> moments)
    {
        html.Add($"""<section aria-labelledby="h-timeline"><h2 id="h-timeline">Timeline</h2><div class="scroll" tabindex="0" role="region" aria-label="Timeline, scrolls sideways">""");
        ReportTimeline.Add(html, record, moments);
        html.Add($"""</div><ul class="legend" aria-hidden="true">""")
            .Add($"""<li><svg><rect class="caller-block" width="14" height="14" rx="3"/></svg>caller spoke</li><li><svg><rect class="agent-block" width="14" height="14" rx="3"/></svg>agent, heard</li><li><svg><rect class="cut" width="14" height="14" rx="3"/></svg>agent, cut off unheard</li>""")
            .Add($"""<li><svg class="moment interruption"><path d="M1 13l6 -11 6 11z"/></svg>interruption</li><li><svg class="moment tool"><rect x="2" y="2" width="10" height="10"/></svg>tool</li><li><svg class="moment handover"><path d="M7 0l7 7 -7 7 -7 -7z"/></svg>hand-over</li>""")
            .Add($"""<li><svg class="moment problem"><path class="cross" d="M2 2l10 10m0 -10l-10 10"/></svg>problem</li><li><svg class="moment call"><circle cx="7" cy="7" r="5"/></svg>other</li></ul></section>""");
    }

    private static void AddResponses(ReportHtml html, CallRecord record)
    {
        var turns = record.Transcript.Where(turn => turn.ResponseMs is not null).ToList();
        if (turns.Count == 0)
        {
            return;
        }

        var longest = Math.Max(1_000, turns.Max(turn => turn.ResponseMs!.Value));
        html.Add($"""<section aria-labelledby="h-wait"><h2 id="h-wait">How long the caller waited</h2><table><thead><tr><th class="number" scope="col">Answer at</th><th class="number" scope="col">After</th><th class="bar" scope="col"><span class="away">Bar</span></th></tr></thead><tbody>""");
        foreach (var turn in turns)
        {
            var wait = turn.ResponseMs!.Value;
            html.Add($"""<tr><td class="number">{Clock(record, turn.Since ?? turn.At)}</td><td class="number">{wait} ms</td><td class="bar"><svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true"><rect class="{(wait > 1_500 ? "slow" : "quick")}" width="{Math.Max(0.5, wait * 100.0 / longest):0.##}" height="14"/></svg></td></tr>""");
        }

        html.Add($"</tbody></table></section>");
    }

    private static void AddTranscript(ReportHtml html, CallRecord record)
    {
        html.Add($"""<section aria-labelledby="h-talk"><h2 id="h-talk">Transcript</h2>""");
        if (record.Transcript.Count == 0)
        {
            html.Add($"""<p class="soft">Nothing was said.</p>""");
        }

        html.Add($"""<ol class="talk">""");
        foreach (var turn in record.Transcript)
        {
            var isCaller = turn.Speaker == Speaker.Caller;
            html.Add($"""<li class="{(isCaller ? "caller" : "agent")}"><header><span class="who">{(isCaller ? "Caller" : "Agent")}</span> <span class="soft">{Clock(record, turn.Since ?? turn.At)}{(turn.ResponseMs is { } wait ? $", after {wait} ms" : "")}</span></header>""");
            var heard = turn.HeardText ?? turn.Text;
            AddText(html, heard, isHeard: true);
            if (turn.HeardText is not null && turn.Text.Length > heard.Length)
            {
                AddText(html, turn.Text.StartsWith(heard, StringComparison.Ordinal) ? turn.Text[heard.Length..].TrimStart() : turn.Text, isHeard: false);
            }

            html.Add($"</li>");
        }

        html.Add($"</ol></section>");
    }

    private static void AddText(ReportHtml html, string text, bool isHeard)
    {
        if (text.Length == 0)
        {
            return;
        }

        var isFolded = text.Length > FoldFrom;
        if (isFolded)
        {
            html.Add($"<details><summary><bdi>{text[..FoldedTo]}…</bdi> <span class=\"soft\">({text.Length:#,0} characters)</span></summary>");
        }

        if (isHeard)
        {
            html.Add($"<p><bdi>{text}</bdi></p>");
        }
        else
        {
            html.Add($"""<p><del><span class="away">Not heard: </span><bdi>{text}</bdi></del></p>""");
        }

        if (isFolded)
        {
            html.Add($"</details>");
        }
    }

    private static void AddMoments(ReportHtml html, CallRecord record, IReadOnlyList<Moment> moments)
    {
        html.Add($"""<section aria-labelledby="h-events"><h2 id="h-events">Events</h2><table><thead><tr><th class="number" scope="col">At</th><th scope="col">Event</th></tr></thead><tbody>""");
        foreach (var moment in moments)
        {
            html.Add($"""<tr><td class="number">{Clock(record, moment.At)}</td><td><bdi>{moment.What}</bdi>""");
            if (moment.Detail is { } detail)
            {
                html.Add($"""<br><span class="soft"><bdi>{detail}</bdi></span>""");
            }

            html.Add($"</td></tr>");
        }

        html.Add($"</tbody></table></section>");
    }
}
