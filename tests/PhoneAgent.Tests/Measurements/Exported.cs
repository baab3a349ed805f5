using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using PhoneAgent.Core;

namespace PhoneAgent.Tests.Measurements;

/// <summary>What would be sent to a collector, kept in memory. Everything of the process is in it, so tests that use it run alone.</summary>
internal sealed class Exported : IDisposable
{
    private readonly SpanKeeper _spans = new();
    private readonly MetricKeeper _metrics = new();
    private readonly TracerProvider _tracer;
    private readonly MeterProvider _meter;

    public Exported()
    {
        _tracer = Sdk.CreateTracerProviderBuilder().SetSampler(new AlwaysOnSampler()).AddSource(Telemetry.Name).AddProcessor(new SimpleActivityExportProcessor(_spans)).Build()!;
        _meter = Sdk.CreateMeterProviderBuilder().AddMeter(Telemetry.Name).AddReader(new BaseExportingMetricReader(_metrics)).Build()!;
    }

    /// <summary>The spans that have ended.</summary>
    public IReadOnlyList<Activity> Spans => _spans.All;

    /// <summary>One line for each series: <c>name{tag=value}: sum or count</c>, in order.</summary>
    public IReadOnlyList<string> Metrics()
    {
        _metrics.Lines.Clear();
        _meter.ForceFlush();
        return [.. _metrics.Lines.Order(StringComparer.Ordinal)];
    }

    /// <summary>Samples of a histogram with a tag, and their greatest.</summary>
    public (long Count, double Max) Histogram(string series)
    {
        Metrics();
        return _metrics.Histograms.GetValueOrDefault(series);
    }

    public void Dispose()
    {
        _tracer.Dispose();
        _meter.Dispose();
    }

    private sealed class SpanKeeper : BaseExporter<Activity>
    {
        public List<Activity> All { get; } = [];

        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var span in batch)
            {
                All.Add(span);
            }

            return ExportResult.Success;
        }
    }

    private sealed class MetricKeeper : BaseExporter<Metric>
    {
        public List<string> Lines { get; } = [];

        public Dictionary<string, (long Count, double Max)> Histograms { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
            {
                foreach (ref readonly var point in metric.GetMetricPoints())
                {
                    var tags = new List<string>();
                    foreach (var tag in point.Tags)
                    {
                        tags.Add($"{tag.Key}={tag.Value}");
                    }

                    var series = tags.Count == 0 ? metric.Name : $"{metric.Name}{{{string.Join(',', tags)}}}";
                    Lines.Add(FormattableString.Invariant($"{series}: {Value(metric, point, series)}"));
                }
            }

            return ExportResult.Success;
        }

        private object Value(Metric metric, in MetricPoint point, string series)
        {
            switch (metric.MetricType)
            {
                case MetricType.Histogram:
                    point.TryGetHistogramMinMaxValues(out _, out var max);
                    Histograms[series] = (point.GetHistogramCount(), max);
                    return point.GetHistogramCount();
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    return point.GetSumDouble();
                default:
                    return point.GetSumLong();
            }
        }
    }
}
