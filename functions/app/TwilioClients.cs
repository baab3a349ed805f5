using System.Net.Http;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Configuration;
using Twilio.Clients;
using Twilio.Http;

namespace PhoneAgent.Functions;

/// <summary>Twilio's REST client under the credentials of the moment: the API key where there is one, else the auth token.</summary>
/// <param name="settings">The account.</param>
/// <param name="http">Sends the requests; one for the process.</param>
internal sealed class TwilioClients(IOptionsMonitor<TwilioSettings> settings, System.Net.Http.HttpClient http)
{
    private readonly SystemNetHttpClient _http = new(http);

    /// <summary>
    /// A client that gives up before whoever ordered the call does, so that no request outlives its function, and that
    /// follows no redirect with the account's credentials.
    /// </summary>
    public static System.Net.Http.HttpClient CreateHttp() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(4),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = TimeSpan.FromSeconds(12),
    };

    /// <summary>The client of the moment. It is cheap to make and holds nothing but the credentials.</summary>
    public ITwilioRestClient Current()
    {
        var twilio = settings.CurrentValue;
        var (user, secret) = string.IsNullOrWhiteSpace(twilio.ApiKeySid) ? (twilio.AccountSid, twilio.AuthToken) : (twilio.ApiKeySid, twilio.ApiKeySecret);
        return new TwilioRestClient(user, secret, accountSid: twilio.AccountSid, httpClient: _http);
    }
}
