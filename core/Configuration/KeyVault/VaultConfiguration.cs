using Microsoft.Extensions.Configuration;

namespace PhoneAgent.Core.Configuration.KeyVault;

/// <summary>
/// The vault's secrets as a configuration source. It is added last, so what the vault holds counts: an environment
/// variable that somebody forgot must not stand in the way of a rotation. What the vault lacks, the others may have.
/// </summary>
internal sealed class VaultConfiguration : ConfigurationProvider, IConfigurationSource
{
    /// <summary>Begins with the values read at start; what loads configurations again leaves them alone.</summary>
    public VaultConfiguration(Dictionary<string, string?> first) => Data = first;

    /// <inheritdoc />
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>The configuration keys whose values differ from the present ones.</summary>
    public IReadOnlyList<string> Changes(IReadOnlyDictionary<string, string?> values) =>
        [.. Data.Keys.Union(values.Keys, StringComparer.OrdinalIgnoreCase).Where(key => Data.TryGetValue(key, out var now) != values.TryGetValue(key, out var then) || now != then)];

    /// <summary>What keeps a role from being served with these values in place of the present ones; nothing is changed.</summary>
    /// <param name="values">From the vault.</param>
    /// <param name="keys">All that the vault may hold.</param>
    /// <param name="whole">The configuration this is a part of.</param>
    /// <param name="role">Whose rules count.</param>
    public IReadOnlyList<string> Problems(IReadOnlyDictionary<string, string?> values, IEnumerable<string> keys, IConfigurationRoot whole, ServiceRole role)
    {
        var then = keys.ToDictionary(key => key, key => values.TryGetValue(key, out var value) ? value : Elsewhere(whole, key));
        return
        [
            .. ConfigurationRules.Problems(new ConfigurationBuilder().AddConfiguration(whole).AddInMemoryCollection(then).Build(), role),
            .. from tool in then
               where tool.Key.StartsWith(VaultSecrets.ToolSection, StringComparison.Ordinal) && string.IsNullOrEmpty(tool.Value) && !string.IsNullOrEmpty(whole[tool.Key])
               select $"{tool.Key.Replace(":", "__", StringComparison.Ordinal)} is missing. A profile's tools need it.",
        ];
    }

    /// <summary>Puts values to use: whoever monitors a setting has them from now on.</summary>
    public void Use(Dictionary<string, string?> values)
    {
        Data = values;
        OnReload();
    }

    private string? Elsewhere(IConfigurationRoot whole, string key)
    {
        foreach (var provider in whole.Providers.Reverse().Where(provider => provider != this))
        {
            if (provider.TryGet(key, out var value))
            {
                return value;
            }
        }

        return null;
    }
}
