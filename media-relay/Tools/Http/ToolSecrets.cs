using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.MediaRelay.Tools.Http;

/// <summary>Puts secrets of the configuration into headers: <c>{secret:NAME}</c> stands for <c>Tools__Secrets__NAME</c>, read anew each time, for it may rotate.</summary>
internal sealed partial class ToolSecrets(IOptionsMonitor<ToolSettings> settings)
{
    /// <summary>The names that a header asks for.</summary>
    public static IEnumerable<string> Names(string header) => Secret().Matches(header).Select(match => match.Groups[1].Value);

    /// <summary>Whether there is such a secret.</summary>
    public bool Has(string name) => settings.CurrentValue.Secrets.TryGetValue(name, out var secret) && secret.Length > 0;

    /// <summary>The headers as they are sent.</summary>
    public IEnumerable<KeyValuePair<string, string>> Filled(IReadOnlyDictionary<string, string> headers) =>
        headers.Select(header => KeyValuePair.Create(header.Key, Secret().Replace(header.Value, match => settings.CurrentValue.Secrets.GetValueOrDefault(match.Groups[1].Value, ""))));

    [GeneratedRegex(@"\{secret:([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Secret();
}
