using PhoneAgent.Core.Calls;

namespace PhoneAgent.TestKit;

/// <summary>The log of one call, in memory.</summary>
internal sealed class TestLog : ICallLog
{
    private readonly Dictionary<string, string> _claims = [];

    public List<CallEvent> Events { get; } = [];

    public Task AppendAsync(CallSid call, IReadOnlyList<CallEvent> events, CancellationToken cancellation)
    {
        Events.AddRange(events);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<CallEvent>> ReadAsync(CallSid call, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CallEvent>>([.. Events]);

    public Task<bool> TryClaimAsync(CallSid call, string nonce, string owner, CancellationToken cancellation)
    {
        _claims.TryAdd(nonce, owner);
        return Task.FromResult(_claims[nonce] == owner);
    }

    public Task<IReadOnlyList<CallSid>> ListAsync(DateOnly day, CallSid? after, int count, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CallSid>>([]);

    public Task<bool> RemoveAsync(CallSid call, DateTimeOffset at, CancellationToken cancellation) => Task.FromResult(false);
}
