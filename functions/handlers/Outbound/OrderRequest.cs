using Microsoft.AspNetCore.Http;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>Reads the HTTP side of an order: type, size, key, body.</summary>
internal static class OrderRequest
{
    public const string KeyHeader = "Idempotency-Key";
    public const int MaxKeyLength = 255;
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>The order and its id, or the answer that refuses it.</summary>
    public static async Task<(CallOrder? Order, RequestId Id, IResult? Refused)> ReadAsync(HttpRequest request, Func<CreateCallRefusal, string, IResult> refuse)
    {
        if (!request.HasJsonContentType())
        {
            return (null, default, refuse(CreateCallRefusal.ContentType, "Send it as application/json."));
        }

        if (request.ContentLength > MaxBodyBytes || await ReadBodyAsync(request).ConfigureAwait(false) is not { } body)
        {
            return (null, default, refuse(CreateCallRefusal.TooLarge, $"It may have {MaxBodyBytes} bytes."));
        }

        if (!TryReadKey(request, out var id))
        {
            return (null, default, refuse(CreateCallRefusal.Key, $"Send one {KeyHeader} of 1 to {MaxKeyLength} visible ASCII characters, or none."));
        }

        var (order, problem) = CallOrderReader.Read(body);
        return (order, id, order is null ? refuse(CreateCallRefusal.Malformed, problem!) : null);
    }

    private static bool TryReadKey(HttpRequest request, out RequestId id)
    {
        var header = request.Headers[KeyHeader];
        id = header.Count == 0 ? RequestId.New() : RequestId.FromKey(header.ToString());

        // No blank: a proxy may have joined two headers into one.
        return header.Count == 0 || (header is [{ Length: > 0 and <= MaxKeyLength } key] && key.All(one => one is >= '!' and <= '~'));
    }

    // Content-Length may be missing or a lie, so the reading is bounded as well.
    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request)
    {
        var buffer = new byte[(request.ContentLength ?? MaxBodyBytes) + 1];
        var read = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted).ConfigureAwait(false);
        return read > MaxBodyBytes ? null : buffer[..read];
    }
}
