using System.Diagnostics.CodeAnalysis;
using PhoneAgent.Core.Documents;

namespace PhoneAgent.Core.Calls;

/// <summary>Opens the call log that PhoneAgent__CallLog names.</summary>
public static class CallLogs
{
    private const string FileScheme = "file:";

    /// <summary>The log at an address: <c>file:</c> and a folder, relative to the current one unless it is rooted.</summary>
    /// <exception cref="ArgumentException">The address names no call log; the message says what is wrong with it, without its text.</exception>
    public static ICallLog Open(string address, TimeProvider time) =>
        Problem(address) is { } problem ? throw new ArgumentException("PhoneAgent__CallLog " + problem, nameof(address)) : new FileCallLog(Folder(address)!, time);

    /// <summary>The documents beside the log at an address.</summary>
    /// <inheritdoc cref="Open" />
    public static IDocumentStore OpenDocuments(string address, TimeProvider time) =>
        Problem(address) is { } problem ? throw new ArgumentException("PhoneAgent__CallLog " + problem, nameof(address)) : new FileDocumentStore(Folder(address)!, time);

    /// <summary>What keeps an address from being a call log's; null when nothing does.</summary>
    internal static string? Problem(string address) =>
        Folder(address) is { Length: > 0 } ? null
        : Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" ? "names a blob container, but Blob Storage call log is not available yet; use file:./calls"
        : "must be file: and a folder, for example file:./calls";

    // file:./calls, file:/var/calls and file:///var/calls
    [return: NotNullIfNotNull(nameof(address))]
    private static string? Folder(string? address) =>
        address?.StartsWith(FileScheme + "//", StringComparison.OrdinalIgnoreCase) == true && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.IsLoopback ? uri.LocalPath
        : address?.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase) == true && !address.StartsWith(FileScheme + "//", StringComparison.Ordinal) ? address[FileScheme.Length..]
        : "";
}
