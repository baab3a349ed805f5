using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.MediaRelay.Tools.Http;

/// <summary>
/// Puts addresses of the configuration at the beginning of tools' URLs: <c>{address:NAME}</c> stands for
/// <c>Tools__Addresses__NAME</c>, so that one profile serves several deployments.
/// </summary>
internal sealed partial class ToolAddresses(IOptions<ToolSettings> settings)
{
    /// <summary>The URL with its address; null when the configuration has none of that name, and then there is no such tool.</summary>
    public string? Of(string url) => Name().Match(url) is not { Success: true } name ? url
        : settings.Value.Addresses.GetValueOrDefault(name.Groups[1].Value) is { Length: > 0 } address ? address.TrimEnd('/') + url[name.Length..]
        : null;

    [GeneratedRegex(@"^\{address:([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Name();
}
