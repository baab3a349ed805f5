using System.Threading.Tasks.Sources;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Wakes one waiting loop; signals that come while it works are remembered as one. Allocates nothing. The waiter goes on
/// on the signaller's thread, so never signal while holding a lock the waiter takes.
/// </summary>
/// <param name="elsewhere">The waiter goes on on another thread instead, because it may block.</param>
internal sealed class Signal(bool elsewhere = false) : IValueTaskSource
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;

    /// <summary>Wakes the waiter, or lets the next wait return at once.</summary>
    public void Set() => Set(elsewhere);

    /// <summary>The same, where this thread may be blocked by what the waiter does.</summary>
    public void SetHere() => Set(elsewhere: false);

    /// <summary>Completes with the next signal. One waiter at a time; await the result exactly once.</summary>
    public ValueTask WaitAsync()
    {
        if (Volatile.Read(ref _state) == Waiting)
        {
            throw new InvalidOperationException("A signal has one waiter.");
        }

        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
        {
            return new ValueTask(this, _source.Version);
        }

        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Set(bool elsewhere)
    {
        // Where another signal came first, its waiter goes on after this one too.
        if (Interlocked.CompareExchange(ref _state, Signalled, Idle) == Waiting && Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
        {
            _source.RunContinuationsAsynchronously = elsewhere;
            _source.SetResult(true);
        }
    }
}
