using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;

namespace PhoneAgent.Core.Configuration.KeyVault;

/// <summary>Reads a service's secrets, all or none: half a rotation is never put to use because the other half failed.</summary>
/// <param name="client">Of the vault.</param>
/// <param name="keys">The configuration keys to read.</param>
internal sealed class VaultReader(SecretClient client, IReadOnlyList<string> keys)
{
    /// <summary>The configuration keys it reads.</summary>
    public IReadOnlyList<string> Keys => keys;

    /// <summary>How a vault is spoken to: a try may take 10 s and is repeated twice at once; later is the caller's business.</summary>
    public static SecretClientOptions Options()
    {
        var options = new SecretClientOptions { DisableChallengeResourceVerification = false };
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(2);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        return options;
    }

    /// <summary>The values there are, by configuration key; a secret the vault does not have is left out.</summary>
    /// <exception cref="KeyVaultUnavailableException">One of them could not be read.</exception>
    public async Task<Dictionary<string, string?>> ReadAsync(CancellationToken cancellation)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in keys)
        {
            if (await ReadAsync(key, cancellation).ConfigureAwait(false) is { } value)
            {
                values[key] = value;
            }
        }

        return values;
    }

    private async Task<string?> ReadAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return (await client.GetSecretAsync(VaultSecrets.NameOf(key), cancellationToken: cancellation).ConfigureAwait(false)).Value.Value;
        }
        catch (RequestFailedException missing) when (missing is { Status: 404, ErrorCode: "SecretNotFound" })
        {
            return null;
        }
        catch (Exception failure) when (failure is RequestFailedException or AuthenticationFailedException or AggregateException or OperationCanceledException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new KeyVaultUnavailableException($"{VaultSecrets.NameOf(key)}: {Explain(failure)}");
        }
    }

    // Never the exception's own text: it quotes the answer.
    private static string Explain(Exception failure) => failure switch
    {
        RequestFailedException { Status: 403, ErrorCode: var code } => $"HTTP 403 {code}, the identity needs the role Key Vault Secrets User on the vault; a new role takes some minutes",
        RequestFailedException { Status: > 0 and var status, ErrorCode: var code } => $"HTTP {status} {code}",
        AuthenticationFailedException => "no identity; in Azure set AZURE_CLIENT_ID to the service's, on a laptop run az login",
        OperationCanceledException => "no answer in time",
        AggregateException { InnerExceptions: [.., var last] } => Explain(last),
        _ => "no connection",
    };
}

/// <summary>The vault cannot be read; the message names secret and cause, never a value.</summary>
public sealed class KeyVaultUnavailableException(string message) : Exception(message);
