using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Core.Documents;

/// <summary>Changes documents by pure functions: who loses a race reads again and decides anew.</summary>
public static class DocumentChanges
{
    // Each lost race means that another won, so this many are a fault and not a crowd.
    private const int MostRounds = 100;

    /// <summary>Reads a document's state; null when there is none.</summary>
    public static async Task<T?> ReadAsync<T>(this IDocumentStore store, DocumentName name, JsonTypeInfo<T> json, CancellationToken cancellation)
        where T : class => Parse(await store.ReadAsync(name, cancellation).ConfigureAwait(false), name, json);

    /// <summary>Creates a document with a state; false when there is one already.</summary>
    public static Task<bool> TryCreateAsync<T>(this IDocumentStore store, DocumentName name, T state, JsonTypeInfo<T> json, CancellationToken cancellation)
        where T : class => store.TryCreateAsync(name, JsonSerializer.SerializeToUtf8Bytes(state, json), cancellation);

    /// <summary>Changes a document and gives back what the change decided.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="name">Which it is.</param>
    /// <param name="json">How its state is written.</param>
    /// <param name="change">
    /// From the state (null: none yet) to the next one (null: no change) and a result. Called again after a lost race, and
    /// also when only the answer to a change was lost: it may meet its own work.
    /// </param>
    /// <param name="cancellation">Gives up; whether the change was made is then unknown.</param>
    public static async Task<TResult> ChangeAsync<T, TResult>(
        this IDocumentStore store, DocumentName name, JsonTypeInfo<T> json, Func<T?, (T? Next, TResult Result)> change, CancellationToken cancellation)
        where T : class
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var present = await store.ReadAsync(name, cancellation).ConfigureAwait(false);
            var (next, result) = change(Parse(present, name, json));
            if (next is null)
            {
                return result;
            }

            var content = JsonSerializer.SerializeToUtf8Bytes(next, json);
            var won = present is null
                ? await store.TryCreateAsync(name, content, cancellation).ConfigureAwait(false)
                : await store.TryReplaceAsync(name, content, present.Version, cancellation).ConfigureAwait(false);
            if (won)
            {
                return result;
            }
        }

        throw new CallLogUnavailableException($"The document {name.Folder} could not be changed: another change came first, {MostRounds} times.");
    }

    private static T? Parse<T>(StoredDocument? document, DocumentName name, JsonTypeInfo<T> json)
        where T : class
    {
        try
        {
            return document is null ? null : JsonSerializer.Deserialize(document.Content.Span, json);
        }
        catch (JsonException)
        {
            throw new CallLogUnavailableException($"A document of {name.Folder} cannot be read."); // the cause would quote its content
        }
    }
}
