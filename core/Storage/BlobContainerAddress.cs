using System.Text.RegularExpressions;

namespace PhoneAgent.Core.Storage;

/// <summary>
/// The address of a container: <c>https://account.blob.core.windows.net/container</c>, or on this machine, for the
/// emulator, <c>http://127.0.0.1:10000/account/container</c>.
/// </summary>
internal static partial class BlobContainerAddress
{
    /// <summary>Whether an address is meant as a container's, right or wrong.</summary>
    public static bool IsMeant(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http";

    /// <summary>What keeps an address from being a container's; null when nothing does.</summary>
    public static string? Problem(string address) =>
        !Uri.TryCreate(address, UriKind.Absolute, out var uri) ? "is not an address"
        : uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback ? "must be https: http is for loopback addresses only"
        : uri.UserInfo.Length > 0 ? "must not contain a user or password"
        : address.AsSpan().ContainsAny('?', '#') ? "must not contain a query or fragment: Blob Storage is used by identity, not by a shared access signature"
        : address.Any(char.IsWhiteSpace) ? "contains white space"
        : !Path(uri).IsMatch(uri.AbsolutePath) ? "must name a container, for example https://account.blob.core.windows.net/calls"
        : null;

    private static Regex Path(Uri uri) => uri.IsLoopback ? AccountAndContainer() : Container();

    // https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
    [GeneratedRegex("^/(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]/?\\z")]
    private static partial Regex Container();

    [GeneratedRegex("^/[a-z0-9]{3,24}/(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]/?\\z")]
    private static partial Regex AccountAndContainer();
}
