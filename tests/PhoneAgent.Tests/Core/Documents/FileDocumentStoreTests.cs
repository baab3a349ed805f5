using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Documents;
using PhoneAgent.Tests.Core.Storage;

namespace PhoneAgent.Tests.Core.Documents;

public sealed class FileDocumentStoreTests : DocumentStoreContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("documents-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_document_is_a_file_and_a_crash_beside_it_does_not_hurt_it()
    {
        Assert.True(await Open().TryCreateAsync(Name, Bytes("one"), default));
        Assert.Equal("one", File.ReadAllText(Path.Combine(_folder, "caps", "2026-11-20")));
        File.WriteAllText(Path.Combine(_folder, "caps", "2026-11-20.new"), "hal");
        var read = await Open().ReadAsync(Name, default);
        Assert.Equal("one", Text(read));
        Assert.True(await Open().TryReplaceAsync(Name, Bytes("two"), read!.Version, default));
        Assert.Equal("two", Text(await Open().ReadAsync(Name, default)));
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
        Assert.IsType<BlobDocumentStore>(CallLogs.OpenDocuments("https://account.blob.core.windows.net/calls", TimeProvider.System));
        Assert.Throws<ArgumentException>(() => CallLogs.OpenDocuments("./calls", TimeProvider.System));
    }

    protected override IDocumentStore Open() => new FileDocumentStore(_folder, TimeProvider.System);

    protected override IDocumentStore OpenAway()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "caps", ".lock"));
        Directory.CreateDirectory(Path.Combine(_folder, "caps", "2026-11-20"));
        return Open();
    }
}
