using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PhoneAgent.Tests.Infra;

/// <summary>The README's cost note: its sums, and that it reckons with what is deployed by default.</summary>
public sealed partial class CostNoteTests
{
    private static readonly string Note = Section(InfraTools.Text("README.md"));

    [Fact]
    public void Every_product_is_right_to_the_last_digit_it_shows()
    {
        var sums = Sum().Matches(Note);
        Assert.Equal(16, sums.Count);
        Assert.All(sums, sum =>
        {
            var product = sum.Groups[1].Value.Split('×').Aggregate(1m, (so, factor) => so * Number(factor));
            var said = sum.Groups[2].Value;
            var digits = said.Split('.').ElementAtOrDefault(1)?.Length ?? 0;
            Assert.True(decimal.Round(product, digits, MidpointRounding.AwayFromZero) == Number(said), $"{sum.Value} should be {product}");
        });
    }

    [Fact]
    public void The_totals_are_those_of_their_tables()
    {
        var tables = Note.Split("Per minute of a call:");
        var totals = tables.Select(table => Sum().Matches(table).Sum(sum => Number(sum.Groups[2].Value))).ToList();
        Assert.Equal(Number(Regex.Match(tables[0], "Together about \\$(\\d+)").Groups[1].Value), decimal.Round(totals[0]));
        Assert.Equal(Number(Regex.Match(tables[1], "Together about (\\d+) cents").Groups[1].Value), decimal.Round(totals[1] * 100));
    }

    [Fact]
    public void It_reckons_with_the_defaults_of_the_deployment()
    {
        var parameters = JsonNode.Parse(InfraTools.Text("infra", "main.parameters.json"))!["parameters"]!;
        Assert.Equal(("0.5", "1.0Gi", 1, 1, 512), ((string?)parameters["relayCpu"]!["value"], (string?)parameters["relayMemory"]!["value"], (int)parameters["relayReplicas"]!["value"]!, (int)parameters["functionAlwaysReady"]!["value"]!, (int)parameters["functionInstanceMemoryMB"]!["value"]!));
        Assert.Contains("one replica of half a vCPU | 0.5 ×", Note, StringComparison.Ordinal);
    }

    private static string Section(string readme)
    {
        var from = readme.IndexOf("### What it costs", StringComparison.Ordinal);
        return readme[from..readme.IndexOf("\n##", from, StringComparison.Ordinal)];
    }

    private static decimal Number(string text) => decimal.Parse(text.Trim(), CultureInfo.InvariantCulture);

    [GeneratedRegex("((?:[0-9.]+ × )+[0-9.]+) = \\$([0-9]+(?:\\.[0-9]+)?)")]
    private static partial Regex Sum();
}
