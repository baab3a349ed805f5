namespace PhoneAgent.Core.Calls;

/// <summary>
/// The append-only log of all calls: the only thing functions and relay share at run time. Two implementations: files
/// for a laptop, Blob Storage for production. Every method throws <see cref="CallLogUnavailableException"/> when the
/// store cannot be reached or answers with an error; the outcome of an append is then unknown, never "not written".
/// </summary>
public interface ICallLog
{
    /// <summary>Appends events in order; returns once they are stored. An empty list does nothing.</summary>
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
}

/// <summary>The call log's store cannot be reached or refused; the message names the cause without secrets.</summary>
public sealed class CallLogUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
