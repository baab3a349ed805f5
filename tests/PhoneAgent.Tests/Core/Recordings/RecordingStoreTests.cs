using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Recordings;
using PhoneAgent.Core.Storage;
using PhoneAgent.Tests.Core.Storage;

namespace PhoneAgent.Tests.Core.Recordings;

/// <summary>Recordings in a folder and in Blob Storage.</summary>
[Collection(AzuriteTests.Name)]
public sealed class RecordingStoreTests(Azurite azurite) : IDisposable
{
    private static readonly CallSid Call = CallSid.Parse("CA0123456789abcdef0123456789abcdef");
    private static readonly CallSid Other = CallSid.Parse("CA1123456789abcdef0123456789abcdef");

    private readonly string _folder = Directory.CreateTempSubdirectory("recordings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task Files_keep_the_contract() => ContractAsync(new FileRecordingStore(_folder, TimeProvider.System), new FileCallLog(_folder, TimeProvider.System));

    [NeedsAzuriteFact]
    public async Task Blobs_keep_the_contract()
    {
        var container = new BlobContainer(await azurite.NewContainerAsync(), TimeProvider.System, azurite.Signature);
        await ContractAsync(new BlobRecordingStore(container), new BlobCallLog(container));
    }

    [Fact]
    public void A_wav_header_says_what_follows()
    {
        var header = StereoWav.Header(16_000);
        Assert.Equal(StereoWav.HeaderLength, header.Length);
        Assert.Equal("RIFF", System.Text.Encoding.ASCII.GetString(header, 0, 4));
        Assert.Equal(16_000 + 50, BitConverter.ToInt32(header, 4));
        Assert.Equal((7, 2, 8_000, 16_000, 2, 8), (BitConverter.ToInt16(header, 20), BitConverter.ToInt16(header, 22), BitConverter.ToInt32(header, 24), BitConverter.ToInt32(header, 28), BitConverter.ToInt16(header, 32), BitConverter.ToInt16(header, 34)));
        Assert.Equal(8_000, BitConverter.ToInt32(header, 46));
        Assert.Equal(16_000, BitConverter.ToInt32(header, 54));
    }

    private static async Task ContractAsync(IRecordingStore store, ICallLog log)
    {
        var (one, two, three) = (Block(1, 160_000), Block(2, 1_000), Block(3, 77));
        Assert.Empty(await store.ListAsync(Call, default));
        Assert.True(await store.AppendAsync(Call, 2, 0, three, default));
        Assert.True(await store.AppendAsync(Call, 1, 0, one, default));
        Assert.True(await store.AppendAsync(Call, 1, one.Length, two, default));
        Assert.True(await store.AppendAsync(Call, 1, one.Length, two, default)); // asked again, stored once
        Assert.False(await store.AppendAsync(Call, 1, one.Length, one, default)); // another writer's place
        Assert.False(await store.AppendAsync(Call, 1, 500_000, one, default));
        Assert.False(await store.AppendAsync(Call, 3, 160, one, default)); // never begun
        Assert.True(await store.AppendAsync(Other, 1, 0, two, default));

        var recorded = await store.ListAsync(Call, default);
        Assert.Equal([161_000, 76], recorded.Select(part => part.Length)); // in order; half a sample is none
        using var copy = new MemoryStream();
        foreach (var part in recorded)
        {
            await store.CopyAsync(part, copy, default);
        }

        Assert.Equal((byte[])[.. one, .. two, .. three[..76]], copy.ToArray());

        await log.AppendAsync(Call, [new CallReceived("inbound", "+14155550100", "+14155550199", "default") { At = DateTimeOffset.UnixEpoch }], default);
        Assert.True(await log.RemoveAsync(Call, DateTimeOffset.UnixEpoch, default));
        Assert.Empty(await store.ListAsync(Call, default));
        Assert.False(await store.AppendAsync(Call, 1, one.Length + two.Length, two, default));
        Assert.Empty(await store.ListAsync(Call, default));
        Assert.Single(await store.ListAsync(Other, default));
    }

    private static byte[] Block(int seed, int length)
    {
        var block = new byte[length];
        new Random(seed).NextBytes(block);
        return block;
    }
}
