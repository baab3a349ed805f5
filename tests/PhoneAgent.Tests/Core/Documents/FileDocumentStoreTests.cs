using System.Text;
using System.Text.Json.Serialization;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Documents;

namespace PhoneAgent.Tests.Core.Documents;

public sealed class FileDocumentStoreTests : IDisposable
{
    private static readonly DocumentName Name = new("caps", "2026-11-20");

    private readonly string _folder = Directory.CreateTempSubdirectory("documents-").FullName;

    private FileDocumentStore Store => new(_folder, TimeProvider.System);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_document_is_created_once_and_read_again()
    {
        Assert.Null(await Store.ReadAsync(Name, default));
        Assert.True(await Store.TryCreateAsync(Name, Bytes("one"), default));
        Assert.False(await Store.TryCreateAsync(Name, Bytes("two"), default));
        Assert.Equal("one", Text(await Store.ReadAsync(Name, default)));
        Assert.Equal("one", File.ReadAllText(Path.Combine(_folder, "caps", "2026-11-20")));
    }

    [Fact]
    public async Task Only_the_version_that_was_read_is_replaced()
    {
        Assert.False(await Store.TryReplaceAsync(Name, Bytes("none"), "", default));
        Assert.True(await Store.TryCreateAsync(Name, Bytes("one"), default));
        var read = await Store.ReadAsync(Name, default);
        Assert.True(await Store.TryReplaceAsync(Name, Bytes("two"), read!.Version, default));
        Assert.False(await Store.TryReplaceAsync(Name, Bytes("three"), read.Version, default));
        Assert.Equal("two", Text(await Store.ReadAsync(Name, default)));
    }

    [Fact]
    public async Task Of_many_who_create_one_succeeds()
    {
        var created = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => Store.TryCreateAsync(Name, Bytes("by " + i), default))));
        Assert.Equal($"by {Array.IndexOf(created, true)}", Text(await Store.ReadAsync(Name, default)));
        Assert.Single(created, true);
    }

    [Fact]
    public async Task Changes_made_at_once_are_all_made()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
            Store.ChangeAsync(Name, CountJson.Default.Count, count => (new Count((count?.Value ?? 0) + 1), (count?.Value ?? 0) + 1), default))));
        Assert.Equal(Enumerable.Range(1, 16), results.Order());
        Assert.Equal(16, (await Store.ReadAsync(Name, CountJson.Default.Count, default))!.Value);
    }

    [Fact]
    public async Task A_change_that_changes_nothing_writes_nothing()
    {
        Assert.Equal(7, await Store.ChangeAsync(Name, CountJson.Default.Count, static count => ((Count?)null, count?.Value ?? 7), default));
        Assert.Null(await Store.ReadAsync(Name, default));
    }

    [Fact]
    public async Task A_crash_beside_a_document_does_not_hurt_it()
    {
        Assert.True(await Store.TryCreateAsync(Name, Bytes("one"), default));
        File.WriteAllText(Path.Combine(_folder, "caps", "2026-11-20.new"), "hal");
        var read = await Store.ReadAsync(Name, default);
        Assert.Equal("one", Text(read));
        Assert.True(await Store.TryReplaceAsync(Name, Bytes("two"), read!.Version, default));
        Assert.Equal("two", Text(await Store.ReadAsync(Name, default)));
    }

    [Fact]
    public async Task A_store_that_cannot_be_used_or_read_says_so()
    {
        File.WriteAllText(Path.Combine(_folder, "caps"), "a file where a folder should be");
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => Store.TryCreateAsync(Name, Bytes("one"), default));
        var odd = new DocumentName("outbound", "odd");
        await Store.TryCreateAsync(odd, Bytes("no json, and secret"), default);
        var refused = await Assert.ThrowsAsync<CallLogUnavailableException>(() => Store.ReadAsync(odd, CountJson.Default.Count, default));
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..", "a")]
    [InlineData("caps", "..")]
    [InlineData("caps", "a/b")]
    [InlineData("caps", "")]
    [InlineData("caps", "A")]
    [InlineData("caps", "a.new")]
    public void A_name_cannot_leave_its_folder(string folder, string name) => Assert.Throws<ArgumentException>(() => new DocumentName(folder, name));

    [Fact]
    public void The_documents_lie_beside_the_call_log()
    {
        Assert.IsType<FileDocumentStore>(CallLogs.OpenDocuments("file:" + _folder, TimeProvider.System));
        Assert.Throws<ArgumentException>(() => CallLogs.OpenDocuments("./calls", TimeProvider.System));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(StoredDocument? document) => Encoding.UTF8.GetString(document!.Content.Span);
}

internal sealed record Count(int Value);

[JsonSerializable(typeof(Count))]
internal sealed partial class CountJson : JsonSerializerContext;
