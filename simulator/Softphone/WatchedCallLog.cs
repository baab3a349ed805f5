using System.Collections.Concurrent;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Simulator.Softphone;

/// <summary>A call log whose appends can be watched: what the softphone shows is what was logged.</summary>
internal sealed class WatchedCallLog(ICallLog log) : ICallLog
{
    private readonly ConcurrentDictionary<CallSid, Action<CallEvent>> _watchers = new();

    /// <summary>Tells each event of a call once it is stored, until the result is disposed.</summary>
    public IDisposable Watch(CallSid call, Action<CallEvent> watcher)
    {
        _watchers[call] = watcher;
        return new Watching(() => _watchers.TryRemove(call, out _));
    }

    /// <inheritdoc />
    public async Task AppendAsync(CallSid call, IReadOnlyList<CallEvent> events, CancellationToken cancellation)
    {
        await log.AppendAsync(call, events, cancellation);
        if (_watchers.TryGetValue(call, out var watcher))
        {
            foreach (var one in events)
            {
                watcher(one);
            }
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<CallEvent>> ReadAsync(CallSid call, CancellationToken cancellation) => log.ReadAsync(call, cancellation);

    /// <inheritdoc />
    public Task<bool> TryClaimAsync(CallSid call, string nonce, string owner, CancellationToken cancellation) => log.TryClaimAsync(call, nonce, owner, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<CallSid>> ListAsync(DateOnly day, CallSid? after, int count, CancellationToken cancellation) => log.ListAsync(day, after, count, cancellation);

    /// <inheritdoc />
    public Task<bool> RemoveAsync(CallSid call, DateTimeOffset at, CancellationToken cancellation) => log.RemoveAsync(call, at, cancellation);

    private sealed class Watching(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
