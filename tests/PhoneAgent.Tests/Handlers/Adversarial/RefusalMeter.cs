using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using PhoneAgent.Core;

namespace PhoneAgent.Tests.Handlers.Adversarial;

/// <summary>Refusals are counted by one meter for the whole process, so these tests run by themselves.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}

/// <summary>The reasons counted since it was made.</summary>
internal sealed class RefusalMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _reasons = new();

    public RefusalMeter()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == Telemetry.Name && instrument.Name == "phoneagent.refusals")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) => _reasons.Enqueue($"{count} {tags[0].Value}"));
        _listener.Start();
    }

    public IReadOnlyList<string> Counted => [.. _reasons];

    public void Dispose() => _listener.Dispose();
}
