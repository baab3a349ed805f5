using System.CommandLine;

namespace PhoneAgent.Simulator.Commands;

/// <summary>An option that takes an absolute address.</summary>
internal static class UrlOption
{
    /// <summary>Creates it; anything but an absolute http, https, ws or wss address is an error of the command line.</summary>
    public static Option<Uri?> Create(string name, string description, bool required = false) => new(name)
    {
        Description = description,
        HelpName = "URL",
        Required = required,
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens.Single().Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "ws" or "wss")
            {
                return url;
            }

            result.AddError($"{name} takes an address like https://example.com.");
            return null;
        },
    };
}
