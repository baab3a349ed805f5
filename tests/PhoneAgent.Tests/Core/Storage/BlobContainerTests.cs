using System.Text;
using PhoneAgent.Core.Storage;

namespace PhoneAgent.Tests.Core.Storage;

[Collection(AzuriteTests.Name)]
public sealed class BlobContainerTests(Azurite azurite)
{
    [NeedsAzuriteFact]
    public async Task Names_are_listed_page_by_page_and_by_their_prefix()
    {
        var container = azurite.Open(await azurite.NewContainerAsync());
        foreach (var name in new[] { "days/1/a", "days/1/b c?&#%+ü", "days/1/c", "days/2/d", "day" })
        {
            Assert.Equal(BlobOutcome.Done, await container.CreateAsync(name, default, "tests", default));
        }

        Assert.Equal(["days/1/a", "days/1/b c?&#%+ü", "days/1/c"], await ListAsync("days/1/"));
        Assert.Equal(5, (await ListAsync("")).Count);
        Assert.Empty(await ListAsync("days/3/"));

        async Task<List<string>> ListAsync(string prefix)
        {
            var names = new List<string>();
            await foreach (var name in container.ListAsync(prefix, pageSize: 2))
            {
                names.Add(name);
            }

            return names;
        }
    }

    [NeedsAzuriteFact]
    public async Task An_append_lands_at_its_position_or_nowhere()
    {
        var container = azurite.Open(await azurite.NewContainerAsync());
        Assert.Equal(BlobOutcome.Missing, await container.AppendAsync("log", 0, "one"u8.ToArray(), again: false, default));
        await container.CreateAppendBlobAsync("log", default);
        Assert.Equal(BlobOutcome.NotMet, await container.AppendAsync("log", 3, "one"u8.ToArray(), again: true, default));
        Assert.Equal(BlobOutcome.Done, await container.AppendAsync("log", 0, "one"u8.ToArray(), again: false, default));
        await container.CreateAppendBlobAsync("log", default); // which must not empty it
        Assert.Equal(BlobOutcome.NotMet, await container.AppendAsync("log", 0, "one"u8.ToArray(), again: false, default));
        Assert.Equal(BlobOutcome.NotMet, await container.AppendAsync("log", 0, "two"u8.ToArray(), again: true, default));
        Assert.Equal(BlobOutcome.Done, await container.AppendAsync("log", 0, "one"u8.ToArray(), again: true, default));
        Assert.Equal(3, (await container.PropertiesAsync("log", default))!.Length);
        Assert.Equal("one", Encoding.UTF8.GetString((await container.ReadAsync("log", default))!.Content));
    }
}
