using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PhoneAgent.Core.Configuration.KeyVault;

/// <summary>
/// Reads the vault again and again, so that a rotation needs no restart. An outage, and secrets that would break the
/// configuration, leave the last good values in use and are told in the log: by name and cause, never by value.
/// </summary>
/// <param name="reader">Reads.</param>
/// <param name="vault">Takes what was read.</param>
/// <param name="whole">The configuration it is a part of.</param>
/// <param name="role">Whose rules the values have to keep.</param>
/// <param name="every">How often.</param>
/// <param name="time">Times it.</param>
/// <param name="logger">Told of changes and failures.</param>
internal sealed partial class VaultReload(
    VaultReader reader, VaultConfiguration vault, IConfigurationRoot whole, ServiceRole role, TimeSpan every, TimeProvider time, ILogger<VaultReload> logger) : BackgroundService
{
    private readonly ILogger _logger = logger;

    // Its first tick is counted from the start of the host, whenever the loop gets to run.
    private readonly PeriodicTimer _timer = new(every, time);
    private bool _failing;

    /// <summary>Reads once and puts to use what is new and good.</summary>
    public async Task ReadAgainAsync(CancellationToken cancellation)
    {
        Dictionary<string, string?> values;
        try
        {
            values = await reader.ReadAsync(cancellation).ConfigureAwait(false);
        }
        catch (KeyVaultUnavailableException unavailable)
        {
            _failing = true;
            LogUnavailable(unavailable.Message);
            return;
        }

        if (_failing)
        {
            _failing = false;
            LogBack();
        }

        var changes = vault.Changes(values);
        if (changes.Count == 0)
        {
            return;
        }

        var problems = vault.Problems(values, reader.Keys, whole, role);
        if (problems.Count > 0)
        {
            var list = string.Join(' ', problems);
            LogUnusable(list);
            return;
        }

        vault.Use(values);
        var names = string.Join(", ", changes.Select(VaultSecrets.NameOf));
        LogChanged(names);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _timer.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await ReadAgainAsync(stoppingToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // whatever breaks here, calls go on with the secrets there are; an exception would stop the host
            catch (Exception defect) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogUnavailable(defect.GetType().Name); // its text may quote an answer
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Key Vault: new values of {Secrets} are in use.")]
    private partial void LogChanged(string secrets);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Key Vault cannot be read ({Cause}); the values read before stay in use.")]
    private partial void LogUnavailable(string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "Key Vault can be read again.")]
    private partial void LogBack();

    [LoggerMessage(Level = LogLevel.Error, Message = "Key Vault: the values read before stay in use, because the new ones would not do. {Problems}")]
    private partial void LogUnusable(string problems);
}
