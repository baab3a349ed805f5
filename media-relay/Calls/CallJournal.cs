using System.Threading.Channels;
using PhoneAgent.Core;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Carries one attempt's facts to the call log without ever holding up audio: they queue here, and one loop appends them
/// in batches. While the store is away facts wait and are tried again; the batch in flight stays as it is, because whether
/// it was written is unknown until the store says so (the fold drops what arrives twice, by its stamp).
/// </summary>
internal sealed partial class CallJournal : IDisposable
{
    /// <summary>Facts that may wait; more are dropped and counted, for audio goes on while the store is away.</summary>
    public const int Capacity = 1_024;

    // A blob takes 50,000 appends: at one a second a call may last for half a day.
    private static readonly TimeSpan BatchEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FinishWithin = TimeSpan.FromSeconds(10);

    private readonly CallSid _call;
    private readonly string _nonce;
    private readonly ICallLog _log;
    private readonly Pacer _pacer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Signal _mayGoOn = new(elsewhere: true); // a log may block
    private readonly CancellationTokenSource _givingUp = new();

    // A full queue refuses: Add counts the drop, Commit waits for room.
    private readonly Channel<Entry> _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private long _sequence;
    private long _gathered;
    private int _dropped;
    private long? _pausedAt;

    /// <summary>Creates the journal of one attempt.</summary>
    public CallJournal(CallSid call, string nonce, ICallLog log, Pacer pacer, TimeProvider time, ILogger logger)
    {
        _call = call;
        _nonce = nonce;
        _log = log;
        _pacer = pacer;
        _time = time;
        _logger = logger;
    }

    /// <summary>Told of every fact as it is noted, one at a time; must return quickly.</summary>
    public Action<CallEvent>? Noted { get; init; }

    /// <summary>How many facts were noted, without those that were gathered: they only travel along.</summary>
    public long Facts
    {
        get
        {
            lock (_lock)
            {
                return _sequence - _gathered;
            }
        }
    }

    /// <summary>Asked before each append for a fact that may travel with it; null for none.</summary>
    public Func<CallEvent?>? Gather { get; set; }

    /// <summary>Notes a fact; never waits.</summary>
    public void Add(CallEvent fact)
    {
        lock (_lock)
        {
            if (!_queue.Writer.TryWrite(new Entry(Stamped(fact), null)))
            {
                _dropped++;
            }
        }
    }

    /// <summary>Notes a control fact and waits until the store has acknowledged it; false when the journal ended before.</summary>
    public async Task<bool> CommitAsync(CallEvent fact)
    {
        var stored = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Entry entry;
        lock (_lock)
        {
            entry = new Entry(Stamped(fact), stored);
            if (_queue.Writer.TryWrite(entry))
            {
                entry = default;
            }
        }

        _mayGoOn.Set();
        try
        {
            if (entry.Fact is not null)
            {
                await _queue.Writer.WriteAsync(entry);
            }

            return await stored.Task;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>
    /// Notes the last facts and ends the journal: returns once all are stored, or after ten seconds of trying, with false.
    /// </summary>
    /// <param name="loop">The task of <see cref="RunAsync"/>.</param>
    /// <param name="last">The facts that end the attempt, in order.</param>
    public async Task<bool> FinishAsync(Task loop, params IReadOnlyList<CallEvent> last)
    {
        using var timeout = new CancellationTokenSource(FinishWithin, _time);
        using var giveUp = timeout.Token.Register(_givingUp.Cancel);
        var stored = true;
        foreach (var commit in last.Select(CommitAsync).ToList()) // together: somebody waits at the phone
        {
            stored &= await commit;
        }

        _queue.Writer.TryComplete();
        _mayGoOn.Set();
        await loop;
        if (_dropped > 0)
        {
            Telemetry.LogFactsDropped.Add(_dropped);
            LogDropped(_dropped);
        }

        return stored;
    }

    /// <summary>The loop that stores; ends after <see cref="FinishAsync"/>.</summary>
    public async Task RunAsync()
    {
        var batch = new List<Entry>();
        try
        {
            while (true)
            {
                while (batch.Count < Capacity && _queue.Reader.TryRead(out var entry))
                {
                    batch.Add(entry);
                }

                if (batch.Count > 0)
                {
                    AddGathered(batch);
                    var stored = await StoreAsync(batch.ConvertAll(entry => entry.Fact));
                    batch.ForEach(entry => entry.Stored?.TrySetResult(stored));
                    batch.Clear();
                }

                if (_queue.Reader.Completion.IsCompleted)
                {
                    return;
                }

                await LookAgainAsync();
            }
        }
        finally
        {
            _queue.Writer.TryComplete();
            while (_queue.Reader.TryRead(out var entry))
            {
                batch.Add(entry);
            }

            batch.ForEach(entry => entry.Stored?.TrySetResult(false));
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _givingUp.Dispose();
    }

    private async Task<bool> StoreAsync(List<CallEvent> facts)
    {
        var failures = 0;
        while (true)
        {
            try
            {
                await _log.AppendAsync(_call, facts, _givingUp.Token);
                return true;
            }
            catch (CallLogUnavailableException e)
            {
                if (failures++ == 0)
                {
                    LogUnavailable(e);
                }
            }
            catch (OperationCanceledException) when (_givingUp.IsCancellationRequested)
            {
                // Counted as not stored below.
            }

            await PauseAsync(RetryAfter);
            if (_givingUp.IsCancellationRequested)
            {
                Telemetry.LogFactsDropped.Add(facts.Count);
                LogGivenUp(facts.Count);
                return false;
            }
        }
    }

    // A second, unless somebody waits for a fact to be stored. Facts alone wake nobody: hundreds of calls look for them together.
    private ValueTask LookAgainAsync()
    {
        if (_pausedAt is not { } before || _time.GetElapsedTime(before) >= BatchEvery)
        {
            _pausedAt = _time.GetTimestamp();
            _pacer.WakeAtLeisure(BatchEvery, _mayGoOn); // otherwise that of the pause before is still to come
        }

        return _mayGoOn.WaitAsync();
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _time, _givingUp.Token);
        }
        catch (OperationCanceledException)
        {
            // Told to the caller by the token.
        }
    }

    private void AddGathered(List<Entry> batch)
    {
        if (Gather?.Invoke() is { } fact)
        {
            lock (_lock)
            {
                _gathered++;
                batch.Add(new Entry(Stamped(fact), null));
            }
        }
    }

    private CallEvent Stamped(CallEvent fact)
    {
        Noted?.Invoke(fact);
        return fact with { Relay = new RelayStamp(_nonce, ++_sequence) };
    }

    private readonly record struct Entry(CallEvent Fact, TaskCompletionSource<bool>? Stored);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The call log is unavailable; facts wait and are tried again.")]
    private partial void LogUnavailable(Exception cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "The call log stayed unavailable; {Count} facts were given up.")]
    private partial void LogGivenUp(int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} facts were dropped, because the call log was unavailable for too long.")]
    private partial void LogDropped(int count);
}
