using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using Azure.Core;
using Azure.Core.Pipeline;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Core.Storage;

/// <summary>
/// One container of Blob Storage, and the few operations the call log and its documents need of it. Every change is
/// conditional and says whether it was made, also when it had to be sent twice because the first answer was lost.
/// </summary>
/// <remarks>
/// Whatever else happens becomes <see cref="CallLogUnavailableException"/>, the outcome then being unknown. Source:
/// https://learn.microsoft.com/rest/api/storageservices/operations-on-blobs
/// </remarks>
/// <param name="address">Its https address, or an http address of this machine.</param>
/// <param name="time">Dates the requests and times the longest of them.</param>
/// <param name="everyTry">What every try of a request passes through, after it was dated: what authorises it.</param>
internal sealed class BlobContainer(Uri address, TimeProvider time, params HttpPipelinePolicy[] everyTry)
{
    /// <summary>As many names as the store lists at once.</summary>
    public const int MostListed = 5_000;

    private readonly BlobRequests _requests = new(address, time, everyTry);

    /// <summary>Creates a blob that holds some content; NotMet when there is one already that somebody else created.</summary>
    /// <param name="name">Which.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="owner">Who creates it: who is met again is not somebody else.</param>
    /// <param name="cancellation">Gives up; the outcome is then unknown.</param>
    public Task<BlobOutcome> CreateAsync(string name, ReadOnlyMemory<byte> content, string owner, CancellationToken cancellation) =>
        PutAsync(name, content, owner, "If-None-Match", "*", cancellation);

    /// <summary>Replaces a blob that still is in the state an ETag names; NotMet when it is not.</summary>
    /// <param name="name">Which.</param>
    /// <param name="content">What it holds then.</param>
    /// <param name="etag">The state it must be in.</param>
    /// <param name="owner">Who replaces it; unique to this change, so that it is known again.</param>
    /// <param name="cancellation">Gives up; the outcome is then unknown.</param>
    public Task<BlobOutcome> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string etag, string owner, CancellationToken cancellation) =>
        PutAsync(name, content, owner, "If-Match", etag, cancellation);

    /// <summary>Creates an empty blob that can be appended to, unless there is one.</summary>
    public Task CreateAppendBlobAsync(string name, CancellationToken cancellation) => PutAppendBlobAsync(name, "If-None-Match", "*", cancellation);

    /// <summary>Puts an empty blob that can be appended to in the place of one, if there is one.</summary>
    public Task EmptyAppendBlobAsync(string name, string owner, CancellationToken cancellation) => PutAppendBlobAsync(name, BlobRequests.OwnerHeader, owner, cancellation);

    /// <summary>Appends at a position, all or nothing; NotMet when the blob does not end there.</summary>
    /// <param name="name">Which.</param>
    /// <param name="at">Where the blob has to end.</param>
    /// <param name="content">What is appended.</param>
    /// <param name="again">Whether this was tried before: then it is Done when just this content begins at the position.</param>
    /// <param name="cancellation">Gives up; the outcome is then unknown.</param>
    public async Task<BlobOutcome> AppendAsync(string name, long at, ReadOnlyMemory<byte> content, bool again, CancellationToken cancellation)
    {
        var answer = await _requests.SendAsync(
            RequestMethod.Put,
            name,
            request =>
            {
                request.Uri.AppendQuery("comp", "appendblock");
                request.Headers.SetValue("x-ms-blob-condition-appendpos", at.ToString(CultureInfo.InvariantCulture));
                request.Content = RequestContent.Create(content);
            },
            cancellation).ConfigureAwait(false);
        if (answer.Outcome != BlobOutcome.NotMet || !(again || answer.Retried))
        {
            return answer.Outcome;
        }

        var there = await ReadAsync(name, at, content.Length, cancellation).ConfigureAwait(false);
        return there is not null && content.Span.SequenceEqual(there.Content) ? BlobOutcome.Done : BlobOutcome.NotMet;
    }

    /// <summary>Reads a blob whole; null when there is none.</summary>
    public Task<StoredBlob?> ReadAsync(string name, CancellationToken cancellation) => ReadAsync(name, 0, null, cancellation);

    /// <summary>Reads a blob's properties; null when there is none.</summary>
    public async Task<StoredBlob?> PropertiesAsync(string name, CancellationToken cancellation) =>
        (await _requests.SendAsync(RequestMethod.Head, name, static _ => { }, cancellation).ConfigureAwait(false)).Blob;

    /// <summary>Deletes a blob; Missing when there is none.</summary>
    public async Task<BlobOutcome> DeleteAsync(string name, CancellationToken cancellation) =>
        (await _requests.SendAsync(RequestMethod.Delete, name, static _ => { }, cancellation).ConfigureAwait(false)).Outcome;

    /// <summary>The names of all blobs that begin with a prefix, in their order.</summary>
    /// <param name="prefix">What they begin with.</param>
    /// <param name="pageSize">How many are asked for at once; the store gives <see cref="MostListed"/> at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public async IAsyncEnumerable<string> ListAsync(string prefix, int pageSize = MostListed, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string? next = null;
        do
        {
            var answer = await _requests.SendAsync(
                RequestMethod.Get,
                "",
                request =>
                {
                    request.Uri.AppendQuery("restype", "container");
                    request.Uri.AppendQuery("comp", "list");
                    request.Uri.AppendQuery("prefix", prefix);
                    request.Uri.AppendQuery("maxresults", pageSize.ToString(CultureInfo.InvariantCulture));
                    if (next is not null)
                    {
                        request.Uri.AppendQuery("marker", next);
                    }
                },
                cancellation).ConfigureAwait(false);
            using var content = new MemoryStream(answer.Blob?.Content ?? []);
            var page = XElement.Load(content);
            foreach (var blob in page.Element("Blobs")!.Elements("Blob"))
            {
                yield return blob.Element("Name")!.Value;
            }

            next = page.Element("NextMarker")?.Value;
        }
        while (!string.IsNullOrEmpty(next));
    }

    /// <summary>Reads a stretch of a blob; null when there is none.</summary>
    /// <param name="name">Which.</param>
    /// <param name="from">Its first byte.</param>
    /// <param name="length">How many; null for the rest.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<StoredBlob?> ReadAsync(string name, long from, int? length, CancellationToken cancellation) => (await _requests.SendAsync(
        RequestMethod.Get,
        name,
        request =>
        {
            if (length is not null)
            {
                request.Headers.SetValue("x-ms-range", string.Create(CultureInfo.InvariantCulture, $"bytes={from}-{from + length - 1}"));
            }
        },
        cancellation).ConfigureAwait(false)).Blob;

    private Task<BlobAnswer> PutAppendBlobAsync(string name, string header, string value, CancellationToken cancellation) => _requests.SendAsync(
        RequestMethod.Put,
        name,
        request =>
        {
            request.Headers.SetValue("x-ms-blob-type", "AppendBlob");
            request.Headers.SetValue(header, value);
            request.Content = RequestContent.Create(ReadOnlyMemory<byte>.Empty);
        },
        cancellation);

    private async Task<BlobOutcome> PutAsync(string name, ReadOnlyMemory<byte> content, string owner, string condition, string value, CancellationToken cancellation)
    {
        owner = Uri.EscapeDataString(owner); // a header takes no more than ASCII
        var answer = await _requests.SendAsync(
            RequestMethod.Put,
            name,
            request =>
            {
                request.Headers.SetValue("x-ms-blob-type", "BlockBlob");
                request.Headers.SetValue(BlobRequests.OwnerHeader, owner);
                request.Headers.SetValue(condition, value);
                request.Content = RequestContent.Create(content);
            },
            cancellation).ConfigureAwait(false);
        return answer.Outcome == BlobOutcome.NotMet && (await PropertiesAsync(name, cancellation).ConfigureAwait(false))?.Owner == owner ? BlobOutcome.Done : answer.Outcome;
    }
}
