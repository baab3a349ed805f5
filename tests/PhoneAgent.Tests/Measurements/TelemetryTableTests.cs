using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using PhoneAgent.Core;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers.Inbound;
using PhoneAgent.Handlers.Outbound;
using PhoneAgent.Handlers.Voice;
using PhoneAgent.Handlers.Webhooks;
using PhoneAgent.MediaRelay.Calls;

namespace PhoneAgent.Tests.Measurements;

/// <summary>docs/telemetry.md against the instruments the code makes and the words it tags with. A row that is missing is named as it must be written.</summary>
public sealed class TelemetryTableTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Checkout.Root, "docs", "telemetry.md"));

    [Fact]
    public void Every_instrument_stands_in_the_table_with_its_kind_unit_and_meaning()
    {
        var expected = Instruments().Select(one => $"| `{one.Name}` | {Kind(one)} | `{one.Unit}` | {one.Description} |").Order(StringComparer.Ordinal);
        var table = Lines.Where(line => line.StartsWith("| `phoneagent.", StringComparison.Ordinal) && !line.StartsWith("| `phoneagent.call_sid", StringComparison.Ordinal))
            .Select(line => line.Split('|'))
            .Where(cells => cells.Length == 7)
            .Select(cells => $"|{cells[1]}|{cells[2]}|{cells[3]}|{cells[5]}|");

        Assert.Equal(expected, table);
    }

    [Fact]
    public void Every_value_of_a_tag_stands_in_the_table()
    {
        string[] rows =
        [
            Row("phoneagent.added.latency", "direction", ["agent", "caller"]),
            Row("phoneagent.audio.dropped", "direction", ["caller"]),
            Row("phoneagent.decisions", "row", Words<DecisionRow>()),
            Row("phoneagent.gemini.nudges", "cause", Words<SessionTrouble>()),
            Row("phoneagent.gemini.resumptions", "cause", Words<SessionTrouble>()),
            Row("phoneagent.refusals", "reason", [.. Words<WebhookRefusal>("webhook."), .. Words<CreateCallRefusal>("outbound."), .. Words<AnsweredCallRefusal>("outbound."), .. Words<CallerRefusal>("inbound."), "owner.Key", .. Words<StreamRefusal>("stream.")]),
            Row("phoneagent.streams.ended", "reason", Words<EndReason>()),
            Row("phoneagent.tokens", "kind", [.. typeof(TokenUsage).GetProperties().Where(part => part.PropertyType == typeof(long)).Select(part => part.Name), "Unknown"]),
            Row("phoneagent.tool.duration", "outcome", Words<ToolOutcome>()),
        ];
        var table = Lines.Where(line => line.StartsWith("| `phoneagent.", StringComparison.Ordinal) && line.Split('|').Length == 4).ToList();
        Assert.True(rows.SequenceEqual(table), $"docs/telemetry.md must say:\n{string.Join('\n', rows.Except(table))}");
    }

    [Fact]
    public void Units_are_of_UCUM_and_histograms_name_their_buckets()
    {
        foreach (var instrument in Instruments())
        {
            Assert.Matches(@"^(s|\{[a-z]+\})$", instrument.Unit);
            if (instrument is Histogram<double> histogram)
            {
                Assert.Equal(histogram.Advice!.HistogramBucketBoundaries!.Order(), histogram.Advice.HistogramBucketBoundaries!);
            }
        }
    }

    private static ConcurrentBag<Instrument> Instruments()
    {
        RuntimeHelpers.RunClassConstructor(typeof(Telemetry).TypeHandle);
        var found = new ConcurrentBag<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => Add(found, instrument) };
        listener.Start();
        Assert.NotEmpty(found);
        return found;
    }

    private static void Add(ConcurrentBag<Instrument> found, Instrument instrument)
    {
        if (instrument.Meter.Name == Telemetry.Name)
        {
            found.Add(instrument);
        }
    }

    private static string Kind(Instrument instrument) => instrument switch
    {
        Histogram<double> => "histogram",
        UpDownCounter<long> => "up-down counter",
        Counter<long> or Counter<double> => "counter",
        _ => instrument.GetType().Name,
    };

    private static IEnumerable<string> Words<T>(string prefix = "")
        where T : struct, Enum => Enum.GetNames<T>().Select(name => prefix + name);

    private static string Row(string metric, string tag, IEnumerable<string> values) =>
        $"| `{metric}`, `{tag}` | {string.Join(", ", values.Distinct().Order(StringComparer.Ordinal).Select(value => $"`{value}`"))} |";
}
