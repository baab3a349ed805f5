using System.Globalization;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Owner;

/// <summary>The report's table of facts.</summary>
internal static class ReportFacts
{
    /// <summary>Adds the table.</summary>
    public static void Add(ReportHtml html, CallRecord record, string? recording)
    {
        html.Add($"""<section aria-labelledby="h-facts"><h2 id="h-facts">Facts</h2><table><tbody>""");
        Row("CallSid", record.CallSid.Value);
        Row("From", record.Caller);
        Row("To", record.Called);
        Row("Agent", record.Agent);
        Row("Model", string.Join(", ", record.Attempts.Select(attempt => attempt.Model).OfType<string>().Distinct()));
        Row("Request", record.RequestId);
        Row("Context", record.Context);
        Row("Status", record.Status);
        Row("Streams", record.Attempts.Count.ToString(CultureInfo.InvariantCulture));
        Row("Keys pressed", record.Digits);
        Row("Tokens", TokensOf(record.Figures));
        Row("Tokens of the notes", TextTokensOf(record.Figures.NoteTokens, "noted by", record.Figures.NoteModel));
        Row("Tokens of the summary", TextTokensOf(record.SummaryUsage?.Tokens ?? default, "written by", record.SummaryUsage?.Model));
        Row("Gemini's cost, estimated", record.EstimatedCostUsd is { } cost ? string.Create(CultureInfo.InvariantCulture, $"{cost:0.000000} US dollars; {NotInTheCostOf(record)} not in it") : null);
        Row("Caller audio", $"{Of(record.Figures.CallerMs)} received, {Of(record.Figures.CallerMsToGemini)} sent to Gemini, {Of(record.Figures.CallerMsDropped)} dropped");
        Row("Agent audio", $"{Of(record.Figures.AgentMs)} received, {Of(record.Figures.AgentMsHeard)} heard");
        Row("Unreadable messages", record.Figures.MalformedMessages.ToString(CultureInfo.InvariantCulture));
        if (recording is not null)
        {
            html.Add($"""<tr><th scope="row">Recording</th><td><a href="{recording}" rel="noreferrer">{recording}</a></td></tr>""");
        }

        html.Add($"</tbody></table></section>");

        void Row(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                html.Add($"""<tr><th scope="row">{name}</th><td><bdi>{value}</bdi></td></tr>""");
            }
        }
    }

    private static string Of(long milliseconds) => ReportMoments.Seconds(milliseconds);

    private static string? TextTokensOf(TokenUsage tokens, string verb, string? model) => tokens == default
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{tokens.TextIn:#,0} in, {tokens.TextOut:#,0} out; {verb} {model}");

    // Of a summary without tokens, as all were once, it is not known what it cost.
    private static string NotInTheCostOf(CallRecord record) => record is { Summary: not null, SummaryUsage: null } ? "the telephone and the summary are" : "the telephone is";

    private static string TokensOf(StreamFigures figures) => figures.Tokens == default
        ? figures.TotalTokens.ToString("#,0", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{figures.TotalTokens:#,0}: audio {figures.Tokens.AudioIn:#,0} in, {figures.Tokens.AudioOut:#,0} out; text {figures.Tokens.TextIn:#,0} in, {figures.Tokens.TextOut:#,0} out");
}
