using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PhoneAgent.Core;
using PhoneAgent.Core.Calls;
using PhoneAgent.Tests.Handlers.Adversarial;

namespace PhoneAgent.Tests.Measurements;

/// <summary>The real exporter against a collector on a loopback port.</summary>
[Collection(AloneCollection.Name)]
public sealed class TelemetryExportTests
{
    private const string Call = "CA00000000000000000000000000000abc";

    [Fact]
    public async Task Metrics_and_spans_reach_the_collector_that_is_named()
    {
        var received = new ConcurrentDictionary<string, byte[]>();
        var builder = WebApplication.CreateSlimBuilder();
        await using var collector = builder.Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapPost("/v1/{signal}", async (HttpRequest request, string signal) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received[signal + " " + request.ContentType] = body.ToArray();
        });
        await collector.StartAsync();

        // Handlers and relay in one process, as in serve: everything is sent once.
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(TelemetryExport.EndpointKey, collector.Urls.First())]).Build();
        using var host = Host(configuration);
        await host.StartAsync();
        Telemetry.Refusals.Add(3, new KeyValuePair<string, object?>("reason", "stream.Full"));
        CallSpans.Begin(CallSid.Parse(Call), "stream")!.Dispose();
        await host.StopAsync();

        Assert.Equal(["metrics application/x-protobuf", "traces application/x-protobuf"], received.Keys.Order());
        var metrics = Encoding.UTF8.GetString(received["metrics application/x-protobuf"]);
        Assert.Contains("phoneagent.refusals", metrics, StringComparison.Ordinal);
        Assert.Contains("stream.Full", metrics, StringComparison.Ordinal);
        Assert.Contains("phoneagent-relay", metrics, StringComparison.Ordinal);
        var traces = received["traces application/x-protobuf"];
        Assert.NotEqual(-1, traces.AsSpan().IndexOf(Convert.FromHexString(Call[2..])));
    }

    [Fact]
    public async Task Without_a_collector_nothing_listens_and_nothing_is_sent()
    {
        using var host = Host(new ConfigurationBuilder().Build());
        await host.StartAsync();

        Assert.Empty(host.Services.GetServices<IHostedService>());
        Assert.False(Telemetry.Refusals.Enabled);
        Assert.Null(CallSpans.Begin(CallSid.Parse(Call), "stream"));
        await host.StopAsync();
    }

    private static IHost Host(IConfiguration configuration)
    {
        var builder = new HostBuilder();
        builder.ConfigureServices(services => services.AddTelemetryExport(configuration, "phoneagent-relay").AddTelemetryExport(configuration, "phoneagent-functions"));
        return builder.Build();
    }
}
