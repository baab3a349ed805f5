using Microsoft.Extensions.Configuration;

namespace PhoneAgent.Tests.Handlers;

/// <summary>Configuration that a test changes while the host runs, as Key Vault does when it is read again.</summary>
internal sealed class ChangingConfiguration(Dictionary<string, string?> values) : ConfigurationProvider, IConfigurationSource
{
    public string? this[string key]
    {
        set
        {
            Set(key, value);
            OnReload();
        }
    }

    public override void Load() => Data = new Dictionary<string, string?>(values, StringComparer.OrdinalIgnoreCase);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
}
