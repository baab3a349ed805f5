using PhoneAgent.Core.Documents;
using PhoneAgent.Core.Storage;

namespace PhoneAgent.Tests.Core.Storage;

[Collection(AzuriteTests.Name)]
public sealed class BlobDocumentStoreTests(Azurite azurite) : DocumentStoreContract, IAsyncLifetime
{
    private Uri _address = Nowhere.Container;

    public async Task InitializeAsync() => _address = Azurite.Missing is null ? await azurite.NewContainerAsync() : Nowhere.Container;

    public Task DisposeAsync() => Task.CompletedTask;

    [NeedsAzuriteFact]
    public override Task A_document_is_created_once_and_read_again() => base.A_document_is_created_once_and_read_again();

    [NeedsAzuriteFact]
    public override Task Only_the_version_that_was_read_is_replaced() => base.Only_the_version_that_was_read_is_replaced();

    [NeedsAzuriteFact]
    public override Task Of_many_who_create_one_succeeds() => base.Of_many_who_create_one_succeeds();

    [NeedsAzuriteFact]
    public override Task Changes_made_at_once_are_all_made() => base.Changes_made_at_once_are_all_made();

    [NeedsAzuriteFact]
    public override Task A_change_that_changes_nothing_writes_nothing() => base.A_change_that_changes_nothing_writes_nothing();

    [NeedsAzuriteFact]
    public override Task A_document_that_cannot_be_read_says_so_without_its_content() => base.A_document_that_cannot_be_read_says_so_without_its_content();

    [NeedsAzuriteFact]
    public async Task A_change_whose_answer_was_lost_counts_as_made()
    {
        var network = new LostAnswers(_ => true);
        var store = new BlobDocumentStore(azurite.Open(_address, network));
        network.Lose(2);
        Assert.True(await store.TryCreateAsync(Name, Bytes("one"), default));
        var read = await store.ReadAsync(Name, default);
        network.Lose(2);
        Assert.True(await store.TryReplaceAsync(Name, Bytes("two"), read!.Version, default));
        Assert.Equal(4, network.Lost);
        Assert.Equal("two", Text(await store.ReadAsync(Name, default)));
    }

    protected override IDocumentStore Open() => new BlobDocumentStore(azurite.Open(_address));

    protected override IDocumentStore OpenAway() => new BlobDocumentStore(new BlobContainer(Nowhere.Container, TimeProvider.System));
}
