using System.Text.Json.Nodes;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Owner;

namespace PhoneAgent.Tests.Browser;

/// <summary>The call report where it is read: in a browser, narrow and wide, light and dark.</summary>
public sealed class ReportInChromiumTests
{
    private static readonly string[] Hostile =
    [
        "<script>window.pwned=1</script>",
        "</title><script>window.pwned=2</script>",
        "</style><script>window.pwned=3</script>",
        "<img src=x onerror=window.pwned=4>",
        "<img src='http://127.0.0.1:9/leak'>",
        "\"><svg onload=window.pwned=5>",
        "' onmouseover='window.pwned=6",
        "<a href=javascript:window.pwned=7>here</a>",
        "<style>@import 'http://127.0.0.1:9/leak.css';body{display:none}</style>",
        "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
        "<base href='http://127.0.0.1:9/'>",
        "<iframe srcdoc='<script>parent.pwned=8</script>'></iframe>",
        "&lt;script&gt;window.pwned=9&lt;/script&gt; &#x3C;b>",
        "--><!--<![CDATA[ ]]>",
        "\u202E right to left \u2066 isolated",
        "a zero \0, a bell \a, half a pair \uD800 and \uDC00",
        "{{constructor.constructor('window.pwned=10')()}} ${window.pwned=11}",
    ];

    [NeedsChromiumFact]
    public async Task A_hostile_transcript_renders_harmlessly()
    {
        var hundredKilobytes = string.Concat(Enumerable.Repeat("<script>window.pwned=12</script>\u00e9", 3_200));
        foreach (var page in (await LookAsync(ReportPage.Of(HostileCall([.. Hostile, hundredKilobytes]), "javascript:window.pwned=13"))).OfType<JsonNode>())
        {
            Assert.Null(page["pwned"]);
            Assert.Empty(page["requests"]!.AsArray());
            Assert.Empty(page["dialogs"]!.AsArray());
            Assert.Empty(page["complaints"]!.AsArray()); // nothing even tried, so the policy had nothing to stop
            Assert.Equal(0, (int)page["scripts"]!);
            Assert.Equal(0, (int)page["handlers"]!);
            Assert.True((int)page["overflow"]! <= 0, $"{page["overflow"]} px too wide");
            var text = (string)page["text"]!;
            Assert.All(Hostile.Where(one => !one.Contains('\0', StringComparison.Ordinal)), one => Assert.Contains(one, text, StringComparison.Ordinal));
            Assert.True(text.Length > 100_000);
        }
    }

    [NeedsChromiumFact]
    public async Task The_report_of_a_call_can_be_read_narrow_and_wide_light_and_dark_by_eye_keyboard_and_screen_reader()
    {
        var pages = await LookAsync(ReportPage.Of(PlainCall(), "conversation.wav"));
        Assert.Equal(4, pages.Count);
        foreach (var page in pages.OfType<JsonNode>())
        {
            Assert.Equal(["Call report", "Timeline", "How long the caller waited", "Transcript", "Events", "Facts"], page["headings"]!.AsArray().Select(one => (string)one!));
            Assert.Equal(["conversation.wav"], page["links"]!.AsArray().Select(one => (string)one!));
            Assert.Equal(["DIV: Timeline, scrolls sideways", "A"], page["stops"]!.AsArray().Select(one => (string)one!));
            Assert.Equal(0, (int)page["unnamed"]!);
            Assert.True((int)page["overflow"]! <= 0, $"{page["overflow"]} px too wide");
            Assert.True((double)page["smallest"]! >= 13, $"{page["smallest"]} px");
            Assert.Contains("Not heard: and on Saturdays", (string)page["text"]!, StringComparison.Ordinal);
            Assert.Empty(page["complaints"]!.AsArray());
            Assert.Equal((string)page["colorScheme"]! == "dark", Brightness(page["ground"]!) < Brightness(page["ink"]!));
        }
    }

    [Fact]
    public void What_was_cut_ends_where_the_next_turn_begins_and_a_median_of_two_is_between_them()
    {
        var html = ReportPage.Of(PlainCall());
        Assert.Contains("<dd>1370 ms</dd>", html, StringComparison.Ordinal);

        // Heard for one second and cut two before its end; the next turn begins a second later.
        var scale = (900 - 64 - 10) / 10.9;
        Assert.Contains(FormattableString.Invariant($"class=\"cut\" x=\"{64 + (8 * scale):0.#}\" y=\"110\" width=\"{scale:0.#}\""), html, StringComparison.Ordinal);
    }

    private static async Task<JsonArray> LookAsync(string html) =>
        (await Chromium.Scripts.AskAsync("look-at-report.mjs", new JsonObject { ["html"] = html, ["shot"] = Environment.GetEnvironmentVariable("PHONEAGENT_SHOTS") })).AsArray();

    private static int Brightness(JsonNode colour) =>
        ((string)colour!)["rgb(".Length..].TrimEnd(')').Split(',').Sum(part => int.Parse(part, System.Globalization.CultureInfo.InvariantCulture));

    private static CallRecord PlainCall()
    {
        var story = new ReportStory();
        story.Agent("Hello, how can I help you?", heardMs: 2_000);
        story.Caller("What are your opening hours?");
        story.Relay(new ToolCalled("opening_hours", ToolOutcome.Succeeded, 220) { At = default });
        story.Relay(new AgentInterrupted(1_000, 3_000) { At = default });
        story.Agent("We are open from nine to seven, and on Saturdays", heardMs: 1_000, generatedMs: 3_000, heard: "We are open from nine to seven,", responseMs: 640);
        story.Relay(new DigitPressed("5") { At = default });
        story.Agent("Goodbye.", heardMs: 900, responseMs: 2_100);
        return story.End(EndReason.CallerHungUp);
    }

    private static CallRecord HostileCall(IReadOnlyList<string> texts)
    {
        var story = new ReportStory(from: "<script>window.pwned=20</script>", context: "{\"x\":\"</td><script>window.pwned=21</script>\"}");
        foreach (var text in texts)
        {
            story.Caller(text);
            story.Relay(new ToolCalled(text[..Math.Min(text.Length, 200)], ToolOutcome.Failed, 10) { At = default });
            story.Relay(new TransferRequested(text[..Math.Min(text.Length, 200)], text[..Math.Min(text.Length, 200)]) { At = default });
            story.Agent(text, heardMs: 100, generatedMs: 900, heard: text[..Math.Min(3, text.Length)]);
        }

        return story.End(EndReason.GeminiUnavailable, texts[0]);
    }
}
