using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>The handles given out and what they stand for. Source: https://ai.google.dev/gemini-api/docs/live-session#session-resumption</summary>
/// <param name="newHandle">Makes a handle; null for random ones.</param>
internal sealed class ResumptionHandles(Func<string>? newHandle = null)
{
    private readonly ConcurrentDictionary<string, ResumptionSnapshot> _snapshots = new(StringComparer.Ordinal);

    public IReadOnlyCollection<ResumptionSnapshot> All => [.. _snapshots.Values];

    /// <summary>A new handle for the state of a session.</summary>
    public ResumptionSnapshot Snapshot(int session, long samplesConsumed, int nextTurn)
    {
        // Opaque to clients, as the real ones: nothing is to be read from it.
        var snapshot = new ResumptionSnapshot(newHandle?.Invoke() ?? RandomNumberGenerator.GetHexString(48, lowercase: true), session, samplesConsumed, nextTurn);
        _snapshots[snapshot.Handle] = snapshot;
        return snapshot;
    }

    public ResumptionSnapshot? Find(string handle) => _snapshots.GetValueOrDefault(handle);
}
