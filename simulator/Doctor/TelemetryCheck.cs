using System.Net.Sockets;

namespace PhoneAgent.Simulator.Doctor;

/// <summary>Whether somebody listens where telemetry would go.</summary>
internal static class TelemetryCheck
{
    private const string Name = "telemetry";
    private const string Key = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Connects, and sends nothing.</summary>
    public static async Task<Finding?> LookAsync(Patient patient, CancellationToken cancellation)
    {
        if (patient[Key] is not { } value || patient.IsRefused(Key))
        {
            return null; // what is wrong with the address, the configuration's check tells
        }

        var address = new Uri(value);

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Asking.Patience);
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, timeout.Token);
            return Finding.Fine(Name, "somebody listens at the endpoint");
        }
        catch (SocketException e)
        {
            return Finding.Warning(Name, $"The service at {Key} {Asking.Words(e)}.", "Start the collector, correct the address, or remove the key to send nothing.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Finding.Warning(Name, $"The service at {Key} does not answer.", "Start the collector, correct the address, or remove the key to send nothing.");
        }
    }
}
