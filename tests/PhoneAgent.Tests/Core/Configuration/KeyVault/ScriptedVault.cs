using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using PhoneAgent.Core.Configuration.KeyVault;

namespace PhoneAgent.Tests.Core.Configuration.KeyVault;

/// <summary>Key Vault's answers as its REST API documents them, below the real SecretClient: challenge, secret, not found, refusals.</summary>
/// <remarks>Source: https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret</remarks>
internal sealed class ScriptedVault : HttpMessageHandler
{
    private static readonly Uri Address = new("https://my-vault.vault.azure.net");

    public ConcurrentDictionary<string, string> Secrets { get; } = new();

    /// <summary>What every read gets instead of an answer; null when all is well.</summary>
    public Func<int, HttpResponseMessage>? Failure { get; set; }

    /// <summary>The secrets asked for with a token, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public SecretClient Client()
    {
        var options = VaultReader.Options();
        options.Retry.MaxRetries = 0; // its waits are real time
        options.Transport = new HttpClientTransport(this);
        return new SecretClient(Address, new Token(), options);
    }

    public static HttpResponseMessage Refusal(HttpStatusCode status, string code) => new(status)
    {
        Content = new StringContent(JsonSerializer.Serialize(new { error = new { code, message = "seeded-internal-text" } }), null, "application/json"),
    };

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => throw new NotSupportedException();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Answer(request));

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        if (request.Headers.Authorization is not { Scheme: "Bearer", Parameter: "the-token" })
        {
            var challenge = new HttpResponseMessage(HttpStatusCode.Unauthorized) { Content = new ByteArrayContent([]) };
            challenge.Headers.Add("WWW-Authenticate", "Bearer authorization=\"https://login.microsoftonline.com/00000000-0000-0000-0000-000000000001\", resource=\"https://vault.azure.net\"");
            return challenge;
        }

        var path = request.RequestUri!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (request.Method != HttpMethod.Get || path is not ["secrets", var name])
        {
            return new HttpResponseMessage(HttpStatusCode.Forbidden); // listing above all
        }

        Asked.Enqueue(name);
        return Failure?.Invoke(Asked.Count)
            ?? (Secrets.TryGetValue(name, out var value)
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(JsonSerializer.Serialize(new { value, id = $"{Address}secrets/{name}/0123456789abcdef0123456789abcdef", attributes = new { enabled = true } }), null, "application/json") }
                : Refusal(HttpStatusCode.NotFound, "SecretNotFound"));
    }

    private sealed class Token : TokenCredential
    {
        private static readonly AccessToken One = new("the-token", DateTimeOffset.UtcNow.AddHours(1));

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => One;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(One);
    }
}
