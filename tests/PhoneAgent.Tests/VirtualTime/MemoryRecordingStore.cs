using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Recordings;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>Recordings in memory, in a store that can be away.</summary>
internal sealed class MemoryRecordingStore : IRecordingStore
{
    /// <summary>What was recorded, by attempt.</summary>
    public SortedDictionary<int, List<byte>> Recorded { get; } = [];

    /// <summary>While true every operation fails.</summary>
    public bool Away { get; set; }

    /// <summary>Blocks stored.</summary>
    public int Blocks { get; private set; }

    public Task<bool> AppendAsync(CallSid call, int attempt, long at, ReadOnlyMemory<byte> block, CancellationToken cancellation)
    {
        if (Away)
        {
            throw new CallLogUnavailableException("The store is away.");
        }

        if (at == 0)
        {
            Recorded.TryAdd(attempt, []);
        }

        if (!Recorded.TryGetValue(attempt, out var recorded) || recorded.Count != at)
        {
            return Task.FromResult(false);
        }

        Blocks++;
        recorded.AddRange(block.Span);
        return Task.FromResult(true);
    }

    public Task<IReadOnlyList<RecordedStream>> ListAsync(CallSid call, CancellationToken cancellation) => throw new NotSupportedException();

    public Task CopyAsync(RecordedStream recorded, Stream to, CancellationToken cancellation) => throw new NotSupportedException();
}
