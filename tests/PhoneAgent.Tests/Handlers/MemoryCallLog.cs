using PhoneAgent.Core.Calls;

namespace PhoneAgent.Tests.Handlers;

/// <summary>A call log that holds what a test put in.</summary>
internal sealed class MemoryCallLog(params IEnumerable<CallEvent> events) : ICallLog
{
    public List<CallEvent> Events { get; } = [.. events];

    public Task AppendAsync(CallSid call, IReadOnlyList<CallEvent> more, CancellationToken cancellation)
    {
        Events.AddRange(more);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<CallEvent>> ReadAsync(CallSid call, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CallEvent>>([.. Events]);

    public Task<bool> TryClaimAsync(CallSid call, string nonce, string owner, CancellationToken cancellation) => Task.FromResult(true);

    public Task<IReadOnlyList<CallSid>> ListAsync(DateOnly day, CallSid? after, int count, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> RemoveAsync(CallSid call, DateTimeOffset at, CancellationToken cancellation) => throw new NotSupportedException();
}
