using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Trust;

namespace PhoneAgent.Handlers.Webhooks;

/// <summary>Why a webhook was turned away.</summary>
public enum WebhookRefusal
{
    /// <summary>Not a POST.</summary>
    Method,

    /// <summary>Not a form.</summary>
    ContentType,

    /// <summary>More than 64 kB.</summary>
    TooLarge,

    /// <summary>No auth token or public address is configured, so nothing can be proven.</summary>
    NotConfigured,

    /// <summary>No signature.</summary>
    NoSignature,

    /// <summary>Not Twilio's signature over our public address and these fields.</summary>
    Signature,

    /// <summary>Another account's.</summary>
    Account,

    /// <summary>It names no call.</summary>
    CallSid,

    /// <summary>A field that its kind of webhook always has is missing or unreadable.</summary>
    Field,
}

/// <summary>
/// Reads a webhook and proves that it is Twilio's. In this order: method and content type, size, signature, account,
/// call. The address that must have been signed is the configured public origin with the path and query as they came:
/// never Host or X-Forwarded-*, which the sender chooses.
/// </summary>
internal static class TwilioRequest
{
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>The form, or why it is refused.</summary>
    public static async Task<(TwilioForm? Form, WebhookRefusal? Refusal)> ReadAsync(HttpRequest request, TwilioSettings twilio, string? publicBaseUrl, CancellationToken cancellation)
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            return (null, WebhookRefusal.Method);
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(MediaTypeNames.Application.FormUrlEncoded, StringComparison.OrdinalIgnoreCase))
        {
            return (null, WebhookRefusal.ContentType);
        }

        if (request.ContentLength > MaxBodyBytes || await ReadBodyAsync(request, cancellation).ConfigureAwait(false) is not { } body)
        {
            return (null, WebhookRefusal.TooLarge);
        }

        if (string.IsNullOrWhiteSpace(twilio.AuthToken) || string.IsNullOrWhiteSpace(publicBaseUrl))
        {
            return (null, WebhookRefusal.NotConfigured);
        }

        if (request.Headers[TwilioSignature.HeaderName] is not [{ Length: > 0 } signature])
        {
            return (null, WebhookRefusal.NoSignature);
        }

        var form = TwilioForm.Parse(body);
        if (!TwilioSignature.Verify(signature, publicBaseUrl.TrimEnd('/') + RawTarget(request), form.Fields, twilio.AuthToken, twilio.PreviousAuthToken))
        {
            return (null, WebhookRefusal.Signature);
        }

        if (form["AccountSid"] != twilio.AccountSid)
        {
            return (null, WebhookRefusal.Account);
        }

        if (!CallSid.TryParse(form["CallSid"], out var callSid))
        {
            return (null, WebhookRefusal.CallSid);
        }

        form.CallSid = callSid;
        return (form, null);
    }

    // Path and query byte for byte. A proxy may send the absolute form; a host without a request line has only the
    // parsed parts, which it escapes again (the Functions host forwards to the worker over HTTP, so it has one).
    private static string RawTarget(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(target))
        {
            return request.PathBase.ToUriComponent() + request.Path.ToUriComponent() + request.QueryString.Value;
        }

        if (target[0] == '/')
        {
            return target;
        }

        var authority = target.IndexOf("://", StringComparison.Ordinal);
        var path = authority < 0 ? -1 : target.IndexOf('/', authority + 3);
        return path < 0 ? target : target[path..];
    }

    // Content-Length may be missing or a lie, so the reading is bounded as well.
    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request, CancellationToken cancellation)
    {
        var buffer = new byte[(request.ContentLength ?? MaxBodyBytes) + 1];
        var read = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return read > MaxBodyBytes ? null : buffer[..read];
    }
}
