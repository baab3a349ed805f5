using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Configuration.KeyVault;

namespace PhoneAgent.Simulator.Doctor;

/// <summary>
/// One visit of the doctor: first what can be said without asking anybody, then the stores, then the services, each asked
/// as its callers ask it. A later check uses what an earlier one learned.
/// </summary>
internal sealed class Visit
{
    /// <summary>Twilio's REST API. Source: https://www.twilio.com/docs/usage/api</summary>
    public static readonly Uri TwilioApi = new("https://api.twilio.com");

    /// <summary>Told of each finding as it is made.</summary>
    public Action<Finding> Told { get; init; } = _ => { };

    /// <summary>Origin of Twilio's REST API.</summary>
    public Uri Twilio { get; init; } = TwilioApi;

    /// <summary>The agent profiles' folder; null for the one beside the application.</summary>
    public string? Agents { get; init; }

    /// <summary>Adds a role's secrets from the vault to a host's configuration.</summary>
    public Func<IHostApplicationBuilder, ServiceRole, Task> ReadVault { get; init; } = (builder, role) => builder.AddKeyVaultAsync(role);

    /// <summary>The clock of this machine.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Looks at everything.</summary>
    public async Task<IReadOnlyList<Finding>> LookAsync(IConfiguration environment, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        var (vault, configuration) = await VaultCheck.LookAsync(environment, ReadVault);
        Tell(findings, vault);

        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
        var patient = new Patient(configuration, Twilio, http, Time);
        Tell(findings, [.. ConfigurationCheck.Look(patient, Agents)]);
        Tell(findings, await StoreCheck.LookAsync(patient, cancellation));
        Tell(findings, [.. await new TwilioCheck(patient).LookAsync(cancellation)]);
        var (functions, offer) = await new FunctionsCheck(patient).LookAsync(cancellation);
        Tell(findings, [.. functions]);
        Tell(findings, [.. await new RelayCheck(patient).LookAsync(offer, cancellation)]);
        Tell(findings, await GeminiCheck.LookAsync(patient, Agents, cancellation));
        Tell(findings, await TelemetryCheck.LookAsync(patient, cancellation));
        return findings;
    }

    private void Tell(List<Finding> findings, params ReadOnlySpan<Finding?> found)
    {
        foreach (var one in found)
        {
            if (one is not null)
            {
                findings.Add(one);
                Told(one);
            }
        }
    }
}
