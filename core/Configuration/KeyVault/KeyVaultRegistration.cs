using System.Globalization;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PhoneAgent.Core.Configuration.KeyVault;

/// <summary>Lets a service have its secrets from the vault that PhoneAgent__KeyVaultUri names.</summary>
public static class KeyVaultRegistration
{
    private const int DefaultReloadSeconds = 300;

    // A role that was just assigned takes some time until it counts everywhere.
    private static readonly TimeSpan FirstReadPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstReadPause = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Reads the secrets, for at most 60 s if need be, adds them as the source that counts, and reads them again every
    /// PhoneAgent__KeyVaultReloadSeconds. Does nothing where no vault is named.
    /// </summary>
    /// <param name="builder">Of a service, its other sources added.</param>
    /// <param name="role">Which service.</param>
    /// <exception cref="KeyVaultUnavailableException">The vault could not be read for 60 s.</exception>
    public static Task AddKeyVaultAsync(this IHostApplicationBuilder builder, ServiceRole role)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var address = builder.Configuration["PhoneAgent:KeyVaultUri"];
        return string.IsNullOrWhiteSpace(address) || ConfigurationRules.VaultProblem(address) is not null
            ? Task.CompletedTask // the check at start tells what is wrong with it
            : builder.AddKeyVaultAsync(role, new SecretClient(new Uri(address), new DefaultAzureCredential(), VaultReader.Options()), TimeProvider.System);
    }

    /// <inheritdoc cref="AddKeyVaultAsync(IHostApplicationBuilder, ServiceRole)" />
    internal static async Task AddKeyVaultAsync(this IHostApplicationBuilder builder, ServiceRole role, SecretClient client, TimeProvider time, string? profiles = null)
    {
        // Tools are the relay's.
        var reader = new VaultReader(client, role == ServiceRole.Relay ? [.. VaultSecrets.KeysFor(role), .. VaultSecrets.ToolKeys(profiles ?? Path.Combine(AppContext.BaseDirectory, "agents"))] : VaultSecrets.KeysFor(role));
        var vault = new VaultConfiguration(await ReadFirstAsync(reader, time).ConfigureAwait(false));
        builder.Configuration.Add(vault);
        var seconds = int.TryParse(builder.Configuration["PhoneAgent:KeyVaultReloadSeconds"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0 ? given : DefaultReloadSeconds;
        var whole = (IConfigurationRoot)builder.Configuration;
        builder.Services.TryAddSingleton(time);
        builder.Services.AddHostedService(provider => new VaultReload(
            reader, vault, whole, role, TimeSpan.FromSeconds(seconds), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<VaultReload>>()));
    }

    private static async Task<Dictionary<string, string?>> ReadFirstAsync(VaultReader reader, TimeProvider time)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (KeyVaultUnavailableException unavailable)
            {
                if (time.GetElapsedTime(began) >= FirstReadPatience)
                {
                    throw new KeyVaultUnavailableException($"PhoneAgent__KeyVaultUri names a vault that cannot be read: {unavailable.Message}.");
                }
            }

            await Task.Delay(FirstReadPause, time).ConfigureAwait(false);
        }
    }
}
