namespace PhoneAgent.Core.Calls;

/// <summary>
/// The append-only log of all calls: the only thing functions and relay share at run time. Two implementations: files
/// for a laptop, Blob Storage for production. Every method throws <see cref="CallLogUnavailableException"/> when the
/// store cannot be reached or answers with an error; the outcome of an append is then unknown, never "not written".
/// </summary>
public interface ICallLog
{
    /// <summary>Appends events in order; returns once they are stored, or dropped because the call was removed. An empty list does nothing.</summary>
    Task AppendAsync(CallSid call, IReadOnlyList<CallEvent> events, CancellationToken cancellation);

    /// <summary>All events of a call in the order they were stored; empty when the call is unknown.</summary>
    Task<IReadOnlyList<CallEvent>> ReadAsync(CallSid call, CancellationToken cancellation);

    /// <summary>
    /// Claims a ticket's nonce for one owner, atomically across all replicas. True for the first owner, and again for
    /// the same owner (a retried claim); false for any other.
    /// </summary>
    /// <param name="call">The call the ticket was made for.</param>
    /// <param name="nonce">The ticket's nonce: 32 lowercase hexadecimal digits.</param>
    /// <param name="owner">Who claims: random, unique to the session.</param>
    /// <param name="cancellation">Gives up; the outcome is then unknown.</param>
    Task<bool> TryClaimAsync(CallSid call, string nonce, string owner, CancellationToken cancellation);

    /// <summary>
    /// Lists calls that began on a UTC day, in the order of their CallSids. A call may be listed of which nothing can be
    /// read: its first append never came to be.
    /// </summary>
    /// <param name="day">The day.</param>
    /// <param name="after">The last call of the page before; null for the first page.</param>
    /// <param name="count">How many at most; fewer come only when there are no more.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<CallSid>> ListAsync(DateOnly day, CallSid? after, int count, CancellationToken cancellation);

    /// <summary>
    /// Removes everything that is kept about a call: its events, its place in the list, its claims, its recording and the
    /// outbound request it came from. What is left says only that it was removed (<see cref="CallRemoved"/>), and takes
    /// nothing more: what is appended later is dropped, so that a call that is still going on does not come back.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="at">When, UTC.</param>
    /// <param name="cancellation">Gives up; asked again, the removal is completed.</param>
    /// <returns>False when nothing is known of it, or it was removed before.</returns>
    Task<bool> RemoveAsync(CallSid call, DateTimeOffset at, CancellationToken cancellation);
}

/// <summary>The call log's store cannot be reached or refused; the message names the cause without secrets.</summary>
public sealed class CallLogUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
