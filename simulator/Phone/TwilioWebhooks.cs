using System.Net.Http.Headers;

namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// Makes Twilio's signed requests: 5 s to connect, 15 s in all, one retry when no connection came about.
/// Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
/// </summary>
internal sealed class TwilioWebhooks : IDisposable
{
    /// <summary>The largest TwiML document Twilio reads.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;
    private readonly PublicAddresses _addresses;
    private readonly string _authToken;
    private readonly TimeProvider _time;

    public TwilioWebhooks(PublicAddresses addresses, string authToken, TimeProvider time)
    {
        _addresses = addresses;
        _authToken = authToken;
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !addresses.ToLocal(addresses.IncomingUrl).IsLoopback,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public async Task<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(TotalTimeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var idempotencyToken = Guid.NewGuid().ToString();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await AskAsync(request, idempotencyToken, stop.Token);
            }
            catch (Exception failure) when (attempt == 1 && !stop.IsCancellationRequested && IsConnectionFailure(failure))
            {
                continue;
            }
            catch (HttpRequestException failure)
            {
                return WebhookAnswer.Failed(TwilioError.HttpConnection($"{request.Url.AbsolutePath}: {failure.HttpRequestError}"));
            }
            catch (IOException failure)
            {
                return WebhookAnswer.Failed(TwilioError.HttpConnection($"{request.Url.AbsolutePath}: {failure.Message}"));
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return WebhookAnswer.Failed(TwilioError.HttpConnection($"{request.Url.AbsolutePath}: no answer in time"));
            }
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>No connection came about: TCP, TLS or the time for them. A cancellation that nobody asked for is that time.</summary>
    private static bool IsConnectionFailure(Exception failure) => failure
        is OperationCanceledException
        or HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
        };

    private async Task<WebhookAnswer> AskAsync(WebhookRequest request, string idempotencyToken, CancellationToken cancellation)
    {
        using var message = Compose(request, idempotencyToken);
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
        var status = (int)response.StatusCode;
        if (!response.IsSuccessStatusCode)
        {
            return WebhookAnswer.Failed(TwilioError.HttpRetrieval($"{request.Url.AbsolutePath} answered {status}"), status);
        }

        var body = new byte[MaxBodyBytes + 1];
        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await content.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        return length > MaxBodyBytes
            ? WebhookAnswer.Failed(TwilioError.BodyTooLarge($"{request.Url.AbsolutePath} answered more than {MaxBodyBytes} bytes"), status)
            : new WebhookAnswer(status, response.Content.Headers.ContentType?.MediaType, body[..length], null);
    }

    private HttpRequestMessage Compose(WebhookRequest request, string idempotencyToken)
    {
        var isGet = request.Method == "GET";
        var url = isGet ? WithQuery(request) : request.Url;
        var message = new HttpRequestMessage(isGet ? HttpMethod.Get : HttpMethod.Post, _addresses.ToLocal(url));
        if (!isGet)
        {
            message.Content = new FormUrlEncodedContent(request.Fields);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded", "UTF-8");
        }

        var signature = RequestSignature.Of(_authToken, RequestSignature.SignedUrl(url), isGet ? [] : request.Fields);
        message.Headers.TryAddWithoutValidation("User-Agent", "TwilioProxy/1.1");
        message.Headers.TryAddWithoutValidation("Accept", "*/*");
        message.Headers.TryAddWithoutValidation("X-Twilio-Signature", signature);
        message.Headers.TryAddWithoutValidation("I-Twilio-Idempotency-Token", idempotencyToken);
        return message;
    }

    private static Uri WithQuery(WebhookRequest request)
    {
        var pairs = request.Fields.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}");
        return new UriBuilder(request.Url) { Query = string.Join('&', pairs.Prepend(request.Url.Query.TrimStart('?')).Where(part => part.Length > 0)) }.Uri;
    }
}
