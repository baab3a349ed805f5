using System.Text;
using System.Text.Json.Serialization;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Documents;

namespace PhoneAgent.Tests.Core.Storage;

/// <summary>What a document store has to do, whatever the documents are stored in.</summary>
public abstract class DocumentStoreContract
{
    protected static readonly DocumentName Name = new("caps", "2026-11-20");

    /// <summary>The store as one more process opens it.</summary>
    protected abstract IDocumentStore Open();

    /// <summary>A store that is away.</summary>
    protected abstract IDocumentStore OpenAway();

    [Fact]
    public virtual async Task A_document_is_created_once_and_read_again()
    {
        Assert.Null(await Open().ReadAsync(Name, default));
        Assert.True(await Open().TryCreateAsync(Name, Bytes("one"), default));
        Assert.False(await Open().TryCreateAsync(Name, Bytes("two"), default));
        Assert.Equal("one", Text(await Open().ReadAsync(Name, default)));
        Assert.Null(await Open().ReadAsync(new DocumentName("caps", "2026-11-21"), default));
    }

    [Fact]
    public virtual async Task Only_the_version_that_was_read_is_replaced()
    {
        Assert.False(await Open().TryReplaceAsync(Name, Bytes("none"), "", default));
        Assert.True(await Open().TryCreateAsync(Name, Bytes("one"), default));
        var read = await Open().ReadAsync(Name, default);
        Assert.False(await Open().TryReplaceAsync(new DocumentName("caps", "2026-11-21"), Bytes("none"), read!.Version, default));
        Assert.False(await Open().TryReplaceAsync(Name, Bytes("any"), "*", default));
        Assert.True(await Open().TryReplaceAsync(Name, Bytes("two"), read.Version, default));
        Assert.False(await Open().TryReplaceAsync(Name, Bytes("three"), read.Version, default));
        Assert.Equal("two", Text(await Open().ReadAsync(Name, default)));
    }

    [Fact]
    public virtual async Task Of_many_who_create_one_succeeds()
    {
        var created = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => Open().TryCreateAsync(Name, Bytes("by " + i), default))));
        Assert.Equal($"by {Array.IndexOf(created, true)}", Text(await Open().ReadAsync(Name, default)));
        Assert.Single(created, true);
    }

    [Fact]
    public virtual async Task Changes_made_at_once_are_all_made()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
            Open().ChangeAsync(Name, CountJson.Default.Count, count => (new Count((count?.Value ?? 0) + 1), (count?.Value ?? 0) + 1), default))));
        Assert.Equal(Enumerable.Range(1, 16), results.Order());
        Assert.Equal(16, (await Open().ReadAsync(Name, CountJson.Default.Count, default))!.Value);
    }

    [Fact]
    public virtual async Task A_change_that_changes_nothing_writes_nothing()
    {
        Assert.Equal(7, await Open().ChangeAsync(Name, CountJson.Default.Count, static count => ((Count?)null, count?.Value ?? 7), default));
        Assert.Null(await Open().ReadAsync(Name, default));
    }

    [Fact]
    public virtual async Task A_document_that_cannot_be_read_says_so_without_its_content()
    {
        await Open().TryCreateAsync(Name, Bytes("no json, and secret"), default);
        var refused = await Assert.ThrowsAsync<CallLogUnavailableException>(() => Open().ReadAsync(Name, CountJson.Default.Count, default));
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_away_says_so()
    {
        var store = OpenAway();
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => store.TryCreateAsync(Name, Bytes("one"), default));
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => store.TryReplaceAsync(Name, Bytes("one"), "\"0x1\"", default));
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => store.ReadAsync(Name, default));
    }

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(StoredDocument? document) => Encoding.UTF8.GetString(document!.Content.Span);
}

internal sealed record Count(int Value);

[JsonSerializable(typeof(Count))]
internal sealed partial class CountJson : JsonSerializerContext;
