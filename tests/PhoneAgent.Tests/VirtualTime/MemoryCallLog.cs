using PhoneAgent.Core.Calls;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>A call log in memory that can be away.</summary>
internal sealed class MemoryCallLog : ICallLog
{
    private readonly Dictionary<string, string> _claims = [];
    private readonly HashSet<string> _killed = [];
    private int _owners;

    /// <summary>Everything appended, in order.</summary>
    public List<CallEvent> Events { get; } = [];

    /// <summary>What the events come to.</summary>
    public CallRecord Record => CallRecord.From(CallSid.Parse(VirtualPhone.CallSid), Events);

    /// <summary>From now on nothing of this attempt arrives.</summary>
    public void Kill(string nonce) => _killed.Add(nonce);

    /// <summary>While true every operation fails.</summary>
    public bool Away { get; set; }

    /// <summary>A name no other session has.</summary>
    public string NewOwner() => $"owner-{++_owners}";

    public Task AppendAsync(CallSid call, IReadOnlyList<CallEvent> events, CancellationToken cancellation)
    {
        ThrowIfAway();
        Events.AddRange(events.Where(one => one.Relay is null || !_killed.Contains(one.Relay.Nonce)));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<CallEvent>> ReadAsync(CallSid call, CancellationToken cancellation)
    {
        ThrowIfAway();
        return Task.FromResult<IReadOnlyList<CallEvent>>([.. Events]);
    }

    public Task<bool> TryClaimAsync(CallSid call, string nonce, string owner, CancellationToken cancellation)
    {
        ThrowIfAway();
        _claims.TryAdd($"{call}/{nonce}", owner);
        return Task.FromResult(_claims[$"{call}/{nonce}"] == owner);
    }

    public Task<IReadOnlyList<CallSid>> ListAsync(DateOnly day, CallSid? after, int count, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> RemoveAsync(CallSid call, DateTimeOffset at, CancellationToken cancellation) => throw new NotSupportedException();

    private void ThrowIfAway()
    {
        if (Away)
        {
            throw new CallLogUnavailableException("The store is away.");
        }
    }
}
