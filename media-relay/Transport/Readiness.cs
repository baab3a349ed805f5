using System.Threading.Tasks.Sources;

namespace PhoneAgent.MediaRelay.Transport;

/// <summary>
/// Whether a socket can go on in one direction, and who waits until it can: one at a time. It may say so too early, never too late, when whoever
/// uses the socket calls <see cref="Clear"/> first and waits only after the socket refused. Waiting allocates nothing.
/// </summary>
internal sealed class Readiness : IValueTaskSource, IValueTaskSource<int>
{
    private const int NotReady = 0;
    private const int Ready = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<int> _wait;
    private int _state = Ready;
    private CancellationToken _cancellation;
    private CancellationTokenRegistration _registration;

    /// <summary>Whether it is worth a try.</summary>
    public bool IsReady => Volatile.Read(ref _state) == Ready;

    /// <summary>From now on a change counts. Not while somebody waits.</summary>
    public void Clear() => Interlocked.Exchange(ref _state, NotReady);

    /// <summary>Waits until it is ready; goes on at once where it is.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled while it waited.</exception>
    public ValueTask WaitAsync(CancellationToken cancellation) => MustWait(cancellation) ? new ValueTask(this, _wait.Version) : default;

    /// <summary>As <see cref="WaitAsync"/>, as a read of no bytes: its result is 0.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled while it waited.</exception>
    public ValueTask<int> ReadNothingAsync(CancellationToken cancellation) => MustWait(cancellation) ? new ValueTask<int>(this, _wait.Version) : default;

    private bool MustWait(CancellationToken cancellation)
    {
        if (cancellation != _cancellation)
        {
            Watch(cancellation);
        }

        _wait.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, NotReady) == Ready)
        {
            return false;
        }

        if (cancellation.IsCancellationRequested) // perhaps before there was anything to cancel
        {
            Cancel();
        }

        return true;
    }

    /// <summary>It is ready; whoever waits goes on, on this thread.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _state, Ready) == Waiting)
        {
            _wait.SetResult(0);
        }
    }

    /// <inheritdoc />
    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    /// <inheritdoc />
    int IValueTaskSource<int>.GetResult(short token) => _wait.GetResult(token);

    /// <inheritdoc />
    public ValueTaskSourceStatus GetStatus(short token) => _wait.GetStatus(token);

    /// <inheritdoc />
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    // Kept from wait to wait: a connection is nearly always read with the same token.
    private void Watch(CancellationToken cancellation)
    {
        _registration.Dispose();
        _cancellation = cancellation;
        _registration = cancellation.UnsafeRegister(static readiness => ((Readiness)readiness!).Cancel(), this);
    }

    private void Cancel()
    {
        if (Interlocked.CompareExchange(ref _state, NotReady, Waiting) == Waiting)
        {
            // Whoever cancels may hold locks.
            ThreadPool.UnsafeQueueUserWorkItem(
                static readiness => readiness._wait.SetException(new OperationCanceledException(readiness._cancellation)), this, preferLocal: false);
        }
    }
}
