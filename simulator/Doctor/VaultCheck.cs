using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Configuration.KeyVault;

namespace PhoneAgent.Simulator.Doctor;

/// <summary>Reads the vault as the services do, so that everything after it looks at the values they would have.</summary>
internal static class VaultCheck
{
    private const string Name = "Key Vault";

    /// <summary>Reads it; the second value is the configuration with what it holds.</summary>
    /// <param name="configuration">As the environment has it.</param>
    /// <param name="read">Adds a role's secrets to a host's configuration.</param>
    public static async Task<(Finding? Finding, IConfiguration Configuration)> LookAsync(IConfiguration configuration, Func<IHostApplicationBuilder, ServiceRole, Task> read)
    {
        if (string.IsNullOrWhiteSpace(configuration["PhoneAgent:KeyVaultUri"]) || IsRefused(configuration))
        {
            return (null, configuration); // what is wrong with the address, the configuration's check tells
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddConfiguration(configuration);
        try
        {
            await read(builder, ServiceRole.Relay);
            await read(builder, ServiceRole.Functions);
            return (Finding.Fine(Name, "can be read"), builder.Configuration);
        }
        catch (KeyVaultUnavailableException unavailable)
        {
            return (Finding.Problem(Name, unavailable.Message, "Give this identity the role Key Vault Secrets User on the vault, or correct PhoneAgent__KeyVaultUri."), configuration);
        }
    }

    private static bool IsRefused(IConfiguration configuration) =>
        ConfigurationRules.Problems(configuration, ServiceRole.Relay).Any(problem => problem.StartsWith("PhoneAgent__KeyVaultUri ", StringComparison.Ordinal));
}
