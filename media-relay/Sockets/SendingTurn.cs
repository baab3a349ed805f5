using System.Diagnostics.CodeAnalysis;

namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>
/// Whose turn it is to send: one at a time, the others wait. A counter is all that is touched while nobody waits, which is nearly always; a semaphore
/// would be two places more that are not in the processor's cache, for each message.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle has nothing to dispose of, and a turn may still be left after the end.")]
internal struct SendingTurn()
{
    private readonly SemaphoreSlim _next = new(0);
    private int _wanted; // by who has it and all who wait

    /// <summary>Whether nobody has it.</summary>
    public readonly bool IsFree => Volatile.Read(in _wanted) == 0;

    /// <summary>Takes it, where nobody has it.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _wanted, 1, 0) == 0;

    /// <summary>Takes it as soon as all who came before have left it.</summary>
    /// <exception cref="OperationCanceledException">It was not waited for any longer. Who comes later still gets it.</exception>
    public Task TakeAsync(CancellationToken cancellation = default) =>
        Interlocked.Increment(ref _wanted) == 1 ? Task.CompletedTask : _next.WaitAsync(cancellation);

    /// <summary>Leaves it to the next.</summary>
    public void Leave()
    {
        // Of one who has given up the permit stays, for whoever comes next.
        if (Interlocked.Decrement(ref _wanted) > 0)
        {
            _next.Release();
        }
    }
}
