using Microsoft.Extensions.Configuration;

namespace PhoneAgent.Simulator.House;

/// <summary>Several relays, each in a process of its own, behind a balancer: what a deployment or a crash does to calls happens here, too.</summary>
internal sealed class Replicas : IAsyncDisposable
{
    // What a relay may take: the drain, and what its host allows after it.
    private static readonly TimeSpan StopWithin = TimeSpan.FromMinutes(2);

    private readonly IReadOnlyList<RelayInstance> _relays;
    private readonly LoopbackBalancer _balancer;

    private Replicas(IReadOnlyList<RelayInstance> relays)
    {
        _relays = relays;
        _balancer = new LoopbackBalancer([.. relays.Select(relay => relay.Origin)]);
    }

    /// <summary>Where streams connect to.</summary>
    public Uri Origin => _balancer.Origin;

    /// <summary>How many streams are open, by relay.</summary>
    public IReadOnlyList<int> Open => _balancer.Open;

    /// <inheritdoc cref="LoopbackBalancer.Only"/>
    public int? Only
    {
        get => _balancer.Only;
        set => _balancer.Only = value;
    }

    /// <summary>The newest log lines of each.</summary>
    public IEnumerable<string> Log => _relays.SelectMany(relay => relay.Log);

    /// <summary>Starts so many, all with one configuration.</summary>
    public static async Task<Replicas> StartAsync(int count, IConfiguration configuration, CancellationToken cancellation)
    {
        var environment = configuration.AsEnumerable()
            .Where(pair => pair.Value is not null && pair.Key.Split(':') is ["Twilio" or "PhoneAgent" or "Gemini" or "Relay" or "Tools", _, ..])
            .ToDictionary(pair => HouseConfiguration.Variable(pair.Key), pair => pair.Value!);
        var starting = Enumerable.Range(0, count).Select(_ => RelayInstance.StartAsync(environment, command: null, cancellation)).ToList();
        try
        {
            return new Replicas(await Task.WhenAll(starting));
        }
        catch
        {
            foreach (var started in starting.Where(one => one.IsCompletedSuccessfully))
            {
                await (await started).DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>The one with the most streams.</summary>
    public int Busiest() => Open.Index().MaxBy(one => one.Item).Index;

    /// <summary>Sends one SIGTERM; returns what was wrong with how it ended, or null.</summary>
    public Task<string?> TerminateAsync(int index) => _relays[index].StopAsync(StopWithin);

    /// <summary>Sends one SIGKILL.</summary>
    public void Kill(int index) => _relays[index].Kill();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _balancer.DisposeAsync();
        foreach (var relay in _relays)
        {
            await relay.DisposeAsync();
        }
    }
}
