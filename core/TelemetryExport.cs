using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace PhoneAgent.Core;

/// <summary>
/// Sends <see cref="Telemetry"/> to an OpenTelemetry collector when the owner names one, and otherwise nothing to nobody. Only
/// this project's own spans and instruments are sent: the framework's hold addresses, and so tickets and keys.
/// </summary>
public static class TelemetryExport
{
    /// <summary>The collector's address. Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/</summary>
    public const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary><c>http/protobuf</c>, which is the default, or <c>grpc</c>.</summary>
    public const string ProtocolKey = "OTEL_EXPORTER_OTLP_PROTOCOL";

    private const int StopWithinMs = 3_000;

    /// <summary>Sends while the host runs, if a collector is named.</summary>
    /// <param name="services">Of the host.</param>
    /// <param name="configuration">Names the collector. What else OpenTelemetry reads from the environment holds as well, headers above all.</param>
    /// <param name="service">The <c>service.name</c>, unless OTEL_SERVICE_NAME says otherwise.</param>
    public static IServiceCollection AddTelemetryExport(this IServiceCollection services, IConfiguration configuration, string service)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (Uri.TryCreate(configuration[EndpointKey], UriKind.Absolute, out var endpoint))
        {
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, Exporter>(
                _ => new Exporter(endpoint, configuration[ProtocolKey] == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf, service)));
        }

        return services;
    }

    /// <summary>What is wrong with a collector's address; null when nothing is.</summary>
    internal static string? EndpointProblem(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) ? null : "is not an http or https address";

    /// <summary>What is wrong with a protocol's name; null when nothing is.</summary>
    internal static string? ProtocolProblem(string value) => value is "grpc" or "http/protobuf" ? null : "is neither grpc nor http/protobuf";

    private sealed class Exporter(Uri endpoint, OtlpExportProtocol protocol, string service) : IHostedService
    {
        // Sources and meters are the process's: a second exporter would send everything twice.
        private static int _running;

        private TracerProvider? _spans;
        private MeterProvider? _metrics;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (Interlocked.Exchange(ref _running, 1) == 0)
            {
                var resource = ResourceBuilder.CreateEmpty()
                    .AddService(service, serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3))
                    .AddTelemetrySdk()
                    .AddEnvironmentVariableDetector();

                // Each call's trace has its own id, made of the CallSid, without a parent to ask whether it is sampled.
                _spans = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).SetSampler(new AlwaysOnSampler())
                    .AddSource(Telemetry.Name).AddOtlpExporter(options => SendTo(options, "v1/traces")).Build();
                _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
                    .AddMeter(Telemetry.Name).AddOtlpExporter(options => SendTo(options, "v1/metrics")).Build();
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            if (_spans is not null)
            {
                _spans.Shutdown(StopWithinMs);
                _metrics?.Shutdown(StopWithinMs);
                _spans.Dispose();
                _metrics?.Dispose();
                _spans = null;
                Volatile.Write(ref _running, 0);
            }

            return Task.CompletedTask;
        }

        // An address set by hand is taken as it is, so the signal's path is added here, as the specification has it.
        private void SendTo(OtlpExporterOptions options, string path)
        {
            options.Protocol = protocol;
            options.Endpoint = protocol == OtlpExportProtocol.Grpc ? endpoint : new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);
        }
    }
}
