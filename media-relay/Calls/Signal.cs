using System.Threading.Tasks.Sources;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Wakes one waiting loop; signals that come while it works are remembered as one. Allocates nothing. The waiter goes on
/// on the signaller's thread, so never signal while holding a lock the waiter takes.
/// </summary>
/// <param name="elsewhere">The waiter goes on on another thread instead, because it may block.</param>
internal sealed class Signal(bool elsewhere = false) : IValueTaskSource
{
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = elsewhere };
    private bool _set;
    private bool _waiting;

    /// <summary>Wakes the waiter, or lets the next wait return at once.</summary>
    public void Set()
    {
        lock (_lock)
        {
            if (!_waiting)
            {
                _set = true;
                return;
            }

            _waiting = false;
        }

        _source.SetResult(true);
    }

    /// <summary>Completes with the next signal. One waiter at a time; await the result exactly once.</summary>
    public ValueTask WaitAsync()
    {
        lock (_lock)
        {
            if (_set)
            {
                _set = false;
                return ValueTask.CompletedTask;
            }

            if (_waiting)
            {
                throw new InvalidOperationException("A signal has one waiter.");
            }

            _source.Reset();
            _waiting = true;
            return new ValueTask(this, _source.Version);
        }
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
