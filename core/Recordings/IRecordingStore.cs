using PhoneAgent.Core.Calls;

namespace PhoneAgent.Core.Recordings;

/// <summary>
/// The recordings of calls, beside the call log: one for each stream of a call, µ-law of 8 kHz in two channels (left the caller,
/// right the agent as the caller heard it), appended block by block, so that a crash keeps what was recorded. Every method
/// throws <see cref="CallLogUnavailableException"/> when the store cannot be reached.
/// </summary>
public interface IRecordingStore
{
    /// <summary>
    /// Appends a block at a position; the block at 0 begins the recording. True once it is stored, also when asked again; false
    /// when the recording ends elsewhere or is gone, because the call was removed.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="attempt">Which of its streams.</param>
    /// <param name="at">Bytes stored before.</param>
    /// <param name="block">Pairs of bytes, left and right.</param>
    /// <param name="cancellation">Gives up; whether it was stored is then unknown.</param>
    Task<bool> AppendAsync(CallSid call, int attempt, long at, ReadOnlyMemory<byte> block, CancellationToken cancellation);

    /// <summary>The recordings of a call's streams, in order; empty when there are none.</summary>
    Task<IReadOnlyList<RecordedStream>> ListAsync(CallSid call, CancellationToken cancellation);

    /// <summary>Copies a recording.</summary>
    /// <param name="recorded">As it was listed; what was appended since is left out.</param>
    /// <param name="to">Takes it.</param>
    /// <param name="cancellation">Gives up.</param>
    Task CopyAsync(RecordedStream recorded, Stream to, CancellationToken cancellation);
}

/// <summary>The recording of one stream.</summary>
/// <param name="Name">Where the store has it.</param>
/// <param name="Length">Bytes.</param>
public sealed record RecordedStream(string Name, long Length);
