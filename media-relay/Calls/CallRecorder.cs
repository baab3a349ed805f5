using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Recordings;
using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Records one stream: left the caller, right the agent as it was heard, on one clock. Both sides only copy into a buffer of half a
/// minute; one loop stores what lies behind the present in blocks of five seconds, so that a crash loses no more than
/// that. While the store is away the buffer fills; then the oldest is left out, and counted.
/// </summary>
internal sealed partial class CallRecorder : IDisposable
{
    private const int Seconds = 30;
    private const int BlockSeconds = 5;
    private const int Channels = 2;
    private const int Capacity = Seconds * Telephony.PhoneRate;

    // Twilio's frames come 20 ms apart, give or take; a wider gap is silence.
    private const int Gap = 400 * Telephony.PhoneBytesPerMs;

    // Agent audio is known ahead of being heard; nothing later than this is in the buffer.
    private const int Ahead = Telephony.PhoneRate;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FinishWithin = TimeSpan.FromSeconds(5);

    private readonly CallSid _call;
    private readonly int _attempt;
    private readonly IRecordingStore _store;
    private readonly ICallLog _log;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _began;
    private readonly Lock _lock = new();
    private readonly byte[] _ring = new byte[Capacity * Channels];
    private readonly byte[] _block = new byte[BlockSeconds * Telephony.PhoneRate * Channels];
    private readonly CancellationTokenSource _finishing = new();
    private readonly CancellationTokenSource _givingUp = new();
    private long _written;
    private long _leftTo;
    private long _stored;
    private long _droppedMs;
    private long _end = long.MaxValue;

    /// <summary>Begins now, with silence.</summary>
    public CallRecorder(CallSid call, int attempt, IRecordingStore store, ICallLog log, TimeProvider time, ILogger logger)
    {
        _call = call;
        _attempt = attempt;
        _store = store;
        _log = log;
        _time = time;
        _logger = logger;
        _began = time.GetTimestamp();
        _ring.AsSpan().Fill(MuLaw.Silence);
    }

    private long Now => Math.Min(_end, Telephony.PhoneBytes(_time.GetElapsedTime(_began)));

    /// <summary>The caller said this; it has just arrived.</summary>
    public void CallerSaid(ReadOnlySpan<byte> mulaw)
    {
        lock (_lock)
        {
            _leftTo = Math.Max(_leftTo, Now - mulaw.Length - Gap);
            Put(_leftTo, mulaw, channel: 0);
            _leftTo += mulaw.Length;
        }
    }

    /// <summary>The agent will be heard saying this, so long from now.</summary>
    public void AgentSent(ReadOnlySpan<byte> mulaw, TimeSpan until)
    {
        lock (_lock)
        {
            Put(Now + Telephony.PhoneBytes(until), mulaw, channel: 1);
        }
    }

    /// <summary>What was sent and not heard yet never will be.</summary>
    public void Cleared()
    {
        lock (_lock)
        {
            var from = Math.Max(Now, _written);
            for (var at = from; at < from + Ahead; at++)
            {
                _ring[Index(at) + 1] = MuLaw.Silence;
            }
        }
    }

    /// <summary>The loop that stores; ends after <see cref="FinishAsync"/>, or when the recording was removed.</summary>
    public async Task RunAsync()
    {
        var more = true;
        while (more && !_finishing.IsCancellationRequested)
        {
            await PauseAsync(TimeSpan.FromSeconds(BlockSeconds), _finishing.Token);
            more = await StoreAsync();
        }

        while (more && Settled() > 0)
        {
            more = await StoreAsync();
        }
    }

    /// <summary>Stores what is left, for five seconds at most.</summary>
    /// <param name="loop">The task of <see cref="RunAsync"/>.</param>
    public async Task FinishAsync(Task loop)
    {
        await using var limit = _time.CreateTimer(_ => _givingUp.Cancel(), null, FinishWithin, Timeout.InfiniteTimeSpan);
        lock (_lock)
        {
            _end = Now;
        }

        _finishing.Cancel();
        await loop;
        if (_droppedMs > 0)
        {
            LogDropped(_droppedMs);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _finishing.Dispose();
        _givingUp.Dispose();
    }

    private static int Index(long position) => (int)(position % Capacity) * Channels;

    // What is behind the writer has gone to the store, or is lost.
    private void Put(long position, ReadOnlySpan<byte> mulaw, int channel)
    {
        MakeRoom(position + mulaw.Length);
        for (var i = 0; i < mulaw.Length; i++)
        {
            if (position + i >= _written)
            {
                _ring[Index(position + i) + channel] = mulaw[i];
            }
        }
    }

    private void MakeRoom(long end)
    {
        var excess = end + Ahead - Capacity - _written;
        if (excess > 0)
        {
            Forget(excess);
            _droppedMs += excess / Telephony.PhoneBytesPerMs;
        }
    }

    // Read or given up: the place is silence again, for half a minute later.
    private void Forget(long samples)
    {
        for (var at = _written; at < _written + samples; at++)
        {
            _ring.AsSpan(Index(at), Channels).Fill(MuLaw.Silence);
        }

        _written += samples;
    }

    private long Settled()
    {
        lock (_lock)
        {
            return Math.Max(0, Now - _written);
        }
    }

    private async Task<bool> StoreAsync()
    {
        var length = Take();
        while (length > 0)
        {
            try
            {
                if ((_stored == 0 && await IsRemovedAsync()) || !await _store.AppendAsync(_call, _attempt, _stored, _block.AsMemory(0, length), _givingUp.Token))
                {
                    LogGone();
                    return false;
                }

                _stored += length;
                length = Take();
            }
            catch (CallLogUnavailableException) when (!_givingUp.IsCancellationRequested)
            {
                await PauseAsync(RetryAfter, _givingUp.Token);
            }
            catch (Exception e) when (e is CallLogUnavailableException or OperationCanceledException)
            {
                LogGivenUp();
                return false;
            }
        }

        return true;
    }

    // The first block would bring back what the owner removed before it; a later one finds nothing to follow.
    private async Task<bool> IsRemovedAsync() => CallRecord.From(_call, await _log.ReadAsync(_call, _givingUp.Token)).RemovedAt is not null;

    // A whole block, or all there is when the recording ends.
    private int Take()
    {
        lock (_lock)
        {
            var samples = Math.Min(Math.Max(0, Now - _written), _block.Length / Channels);
            if (samples == 0 || (samples < _block.Length / Channels && !_finishing.IsCancellationRequested))
            {
                return 0;
            }

            for (var i = 0; i < samples; i++)
            {
                _ring.AsSpan(Index(_written + i), Channels).CopyTo(_block.AsSpan(i * Channels));
            }

            Forget(samples);
            return (int)samples * Channels;
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken until)
    {
        try
        {
            await Task.Delay(pause, _time, until);
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled wants the loop to go on at once.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The recording was removed; it ends here.")]
    private partial void LogGone();

    [LoggerMessage(Level = LogLevel.Error, Message = "The store stayed unavailable; the end of the recording is lost.")]
    private partial void LogGivenUp();

    [LoggerMessage(Level = LogLevel.Error, Message = "{Milliseconds} ms were left out of the recording, because the store was unavailable for too long.")]
    private partial void LogDropped(long milliseconds);
}
