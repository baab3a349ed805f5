using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace PhoneAgent.Tests.Core.Storage;

/// <summary>
/// Signs each try of a request with an account's key, which Azurite asks for over http; the product uses identities only.
/// Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
/// </summary>
internal sealed class SharedKey(string account, byte[] key) : HttpPipelineSynchronousPolicy
{
    // The standard headers between the verb and the x-ms- ones; the date is empty, because x-ms-date is there.
    private static readonly string[] Signed =
        ["Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type", "Date", "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range"];

    public override void OnSendingRequest(HttpMessage message)
    {
        var request = message.Request;
        var text = new StringBuilder(request.Method.Method).Append('\n');
        foreach (var header in Signed)
        {
            text.Append(header == "Content-Length" ? LengthOf(request) : request.Headers.TryGetValue(header, out var value) ? value : "").Append('\n');
        }

        foreach (var header in request.Headers.Where(header => header.Name.StartsWith("x-ms-", StringComparison.Ordinal)).OrderBy(header => header.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{header.Name}:{header.Value}\n");
        }

        var uri = request.Uri.ToUri();
        text.Append('/').Append(account).Append(uri.AbsolutePath);
        foreach (var parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))
        {
            var parts = parameter.Split('=', 2);
            text.Append(CultureInfo.InvariantCulture, $"\n{parts[0]}:{Uri.UnescapeDataString(parts[1])}");
        }

        var signature = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text.ToString())));
        request.Headers.SetValue("Authorization", $"SharedKey {account}:{signature}");
    }

    private static string LengthOf(Request request) =>
        request.Content?.TryComputeLength(out var length) == true && length > 0 ? length.ToString(CultureInfo.InvariantCulture) : "";
}
