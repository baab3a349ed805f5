using System.Net;
using System.Text.RegularExpressions;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.TestKit;

/// <summary>The network as HTTP tools see it: every request is answered by the test, at once.</summary>
internal sealed partial class TestWeb(Func<HttpRequestMessage, string?> answer) : HttpMessageHandler
{
    /// <summary>Gives every <c>{address:NAME}</c> of the profiles an address: <c>https://name.test</c>.</summary>
    public static Action<ToolSettings> NameAddresses(string agents) => settings =>
    {
        foreach (var file in Directory.GetFiles(agents, "*.json"))
        {
            foreach (Match name in AddressName().Matches(File.ReadAllText(file)))
            {
                settings.Addresses[name.Groups[1].Value] = $"https://{name.Groups[1].Value.ToLowerInvariant()}.test";
            }
        }
    };

    /// <inheritdoc />
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request) is { } body
        ? new HttpResponseMessage { Content = new StringContent(body), RequestMessage = request }
        : new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request });

    [GeneratedRegex(@"\{address:([A-Za-z0-9_]+)\}")]
    private static partial Regex AddressName();
}
