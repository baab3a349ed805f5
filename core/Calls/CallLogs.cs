using System.Diagnostics.CodeAnalysis;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using PhoneAgent.Core.Documents;
using PhoneAgent.Core.Recordings;
using PhoneAgent.Core.Storage;

namespace PhoneAgent.Core.Calls;

/// <summary>
/// Opens the call log that PhoneAgent__CallLog names: <c>file:</c> and a folder, relative to the current one unless it is
/// rooted, or the https address of a Blob Storage container, used as whoever the process is in Azure.
/// </summary>
public static class CallLogs
{
    private const string FileScheme = "file:";

    // One for the process, because it keeps the token.
    private static readonly Lazy<HttpPipelinePolicy> Identity = new(() => Authorise(new DefaultAzureCredential()));

    /// <summary>The log at an address; nothing is read or written yet.</summary>
    /// <exception cref="ArgumentException">The address names no call log; the message says what is wrong with it, without its text.</exception>
    public static ICallLog Open(string address, TimeProvider time) =>
        Checked(address) is { } container ? new BlobCallLog(Container(container, time)) : new FileCallLog(Folder(address)!, time);

    /// <summary>The documents beside the log at an address.</summary>
    /// <inheritdoc cref="Open" />
    public static IDocumentStore OpenDocuments(string address, TimeProvider time) =>
        Checked(address) is { } container ? new BlobDocumentStore(Container(container, time)) : new FileDocumentStore(Folder(address)!, time);

    /// <summary>The recordings beside the log at an address.</summary>
    /// <inheritdoc cref="Open" />
    public static IRecordingStore OpenRecordings(string address, TimeProvider time) =>
        Checked(address) is { } container ? new BlobRecordingStore(Container(container, time)) : new FileRecordingStore(Folder(address)!, time);

    /// <summary>What keeps an address from being a call log's; null when nothing does.</summary>
    internal static string? Problem(string address) =>
        Folder(address) is { Length: > 0 } ? null
        : BlobContainerAddress.IsMeant(address) ? BlobContainerAddress.Problem(address)
        : "must be file: and a folder, for example file:./calls, or the https address of a blob container";

    /// <summary>What lets a container's requests pass as an identity's.</summary>
    /// <remarks>Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory</remarks>
    internal static HttpPipelinePolicy Authorise(TokenCredential identity) => new BearerTokenAuthenticationPolicy(identity, "https://storage.azure.com/.default");

    // The container's address, or null for a folder.
    private static Uri? Checked(string address) =>
        Problem(address) is { } problem ? throw new ArgumentException("PhoneAgent__CallLog " + problem, nameof(address))
        : BlobContainerAddress.IsMeant(address) ? new Uri(address)
        : null;

    // A token must not travel in the open: to this machine's http addresses nothing is sent that proves who asks.
    private static BlobContainer Container(Uri address, TimeProvider time) =>
        address.Scheme == Uri.UriSchemeHttps ? new BlobContainer(address, time, Identity.Value) : new BlobContainer(address, time);

    // file:./calls, file:/var/calls and file:///var/calls
    [return: NotNullIfNotNull(nameof(address))]
    private static string? Folder(string? address) =>
        address?.StartsWith(FileScheme + "//", StringComparison.OrdinalIgnoreCase) == true && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.IsLoopback ? uri.LocalPath
        : address?.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase) == true && !address.StartsWith(FileScheme + "//", StringComparison.Ordinal) ? address[FileScheme.Length..]
        : "";
}
