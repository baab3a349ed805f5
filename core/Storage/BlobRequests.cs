using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Core.Storage;

/// <summary>
/// Sends requests about the blobs of one container through Azure.Core's pipeline, dated, authorised and tried again for a
/// bounded time, and reads the answers: expected ones are values, all else is <see cref="CallLogUnavailableException"/>.
/// </summary>
/// <param name="address">The container's address.</param>
/// <param name="time">Dates the requests and times the longest of them.</param>
/// <param name="everyTry">What every try of a request passes through, after it was dated.</param>
internal sealed class BlobRequests(Uri address, TimeProvider time, HttpPipelinePolicy[] everyTry)
{
    /// <summary>The metadata that says who wrote a blob.</summary>
    public const string OwnerHeader = "x-ms-meta-owner";

    // Twilio waits 15 s for a webhook's answer, in which the apology still has to fit.
    private static readonly TimeSpan LongestTry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(10);

    private readonly Uri _address = new(address.AbsoluteUri.TrimEnd('/'));
    private readonly HttpPipeline _pipeline = HttpPipelineBuilder.Build(new Settings(), [], [new Stamp(time), .. everyTry], new ResponseClassifier());

    /// <summary>Sends a request.</summary>
    /// <param name="method">How.</param>
    /// <param name="name">The blob it is about, or nothing for the container.</param>
    /// <param name="prepare">Adds what is special about it.</param>
    /// <param name="cancellation">Gives up; whether it was done is then unknown.</param>
    public async Task<BlobAnswer> SendAsync(RequestMethod method, string name, Action<Request> prepare, CancellationToken cancellation)
    {
        using var message = _pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(_address);
        if (name.Length > 0)
        {
            message.Request.Uri.AppendPath("/" + string.Join('/', name.Split('/').Select(Uri.EscapeDataString)), escape: false);
        }

        prepare(message.Request);
        using var limit = new CancellationTokenSource(LongestRequest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            await _pipeline.SendAsync(message, either.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or RequestFailedException or AggregateException or IOException or AuthenticationFailedException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new CallLogUnavailableException(BlobFailures.Explain(failure), failure);
        }

        return Read(message);
    }

    // The codes: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
    private BlobAnswer Read(HttpMessage message)
    {
        var response = message.Response;
        var code = response.Headers.TryGetValue("x-ms-error-code", out var value) ? value : null;
        BlobOutcome? outcome = (response.Status, code) switch
        {
            ( >= 200 and < 300, _) => BlobOutcome.Done,
            (404, "BlobNotFound") => BlobOutcome.Missing, // a missing container is a failure
            (409, "BlobAlreadyExists") or (412, "ConditionNotMet" or "AppendPositionConditionNotMet") => BlobOutcome.NotMet,
            (416, "InvalidRange") => BlobOutcome.NotMet,
            _ => null,
        };
        if (outcome is null)
        {
            throw new CallLogUnavailableException(BlobFailures.Explain(response.Status, code, response.Headers.RequestId, _address.Scheme));
        }

        var retried = message.ProcessingContext.RetryNumber > 0;
        return outcome != BlobOutcome.Done
            ? new BlobAnswer(outcome.Value, retried, null)
            : new BlobAnswer(BlobOutcome.Done, retried, new StoredBlob(
                response.Content.ToArray(),
                response.Headers.ContentLengthLong ?? 0,
                response.Headers.ETag?.ToString("H") ?? "",
                response.Headers.TryGetValue(OwnerHeader, out var owner) ? owner : null));
    }

    private sealed class Settings : ClientOptions
    {
        public Settings()
        {
            Retry.NetworkTimeout = LongestTry;
            Retry.MaxRetries = 2;
            Retry.Delay = TimeSpan.FromMilliseconds(100);
            Retry.MaxDelay = TimeSpan.FromSeconds(2);
            Diagnostics.IsLoggingEnabled = false; // addresses hold CallSids and nonces
            Diagnostics.IsDistributedTracingEnabled = false;
        }
    }

    private sealed class Stamp(TimeProvider time) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            message.Request.Headers.SetValue("x-ms-version", "2024-11-04");
            message.Request.Headers.SetValue("x-ms-date", time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture));
        }
    }
}
