using System.Buffers;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.MediaRelay.Tools;
using PhoneAgent.MediaRelay.Twilio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// One call's stream, from Twilio's first message to both sides closed.
/// <code>
///            µ-law 8 kHz                 µ-law, by position             PCM16 16 kHz
///  Twilio ───────────────► TwilioListener ──► CallerAudio ──► GeminiSession ───────────► Gemini
///                                │ marks           (ring)        │      ▲
///                                ▼                               ▼      │ PCM16 24 kHz, transcripts,
///  Twilio ◄─── SpeakAsync ◄── Conversation ◄── µ-law ────────────┘◄─────┘ interrupted, turnComplete
///      media, mark, clear     (Playback, turns)
///                                │ facts
///                                ▼
///                           CallJournal ──► call log
/// </code>
/// 1. Admit: <c>start</c> matches the ticket, the ticket is claimed; only then anything is paid for.
/// 2. Run: the listener, the speaker, the Gemini session and the journal, each one loop.
/// 3. End: the first end any of them reports is the call's end.
/// 4. Close: the end is stored, then Twilio's socket closed; caller audio is carried to Gemini until then.
/// </summary>
internal sealed partial class CallSession
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly CallServices _services;
    private readonly CallLimits _limits;
    private readonly AdmittedTicket _ticket;
    private readonly CallPlace _place;
    private readonly IMessageSocket _twilio;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Signal _twilioDue = new();
    private readonly TaskCompletionSource<CallEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _speakingEnded;
    private volatile Func<bool>? _mayMove;

    /// <summary>Prepares a session for a stream whose ticket is genuine.</summary>
    public CallSession(CallServices services, CallLimits limits, AdmittedTicket ticket, CallPlace place, IMessageSocket twilio)
    {
        _place = place;
        _services = services;
        _limits = limits;
        _ticket = ticket;
        _twilio = twilio;
        _time = services.Time;
        _logger = services.Logger;
    }

    /// <summary>Holds the call until its stream has ended and both sides are closed. Never throws for what peers do.</summary>
    public async Task<CallEnd> RunAsync()
    {
        var admission = new StreamAdmission(_services, _limits, _ticket, _twilio);
        var admitted = await admission.AdmitAsync();
        var refusal = admitted.Refusal;
        if (refusal is null && !_place.TryTakeOver(this, admitted.Attempt))
        {
            refusal = new RefusedStream(StreamRefusal.OlderAttempt, new CallEnd(EndReason.ProtocolViolation, "the call has a stream of this or a newer attempt", CallEnd.PolicyViolation));
        }

        if (refusal is not null)
        {
            refusal.Why.Count();
            LogRefused(refusal.End.Reason, refusal.End.Detail);
            await _twilio.CloseAsync(refusal.End.CloseCode, refusal.End.Detail ?? "");
            await DrainAsync();
            return refusal.End;
        }

        return await HoldAsync(admitted, admission.MalformedMessages);
    }

    /// <summary>Ends the stream for a reason of the relay's own; only the first end counts.</summary>
    public void End(CallEnd end) => _end.TrySetResult(end);

    /// <summary>Whether another replica could go on now without anybody noticing; false also for a call that is about to end.</summary>
    public bool MayMove => _mayMove?.Invoke() == true;

    private async Task<CallEnd> HoldAsync(Admission admitted, int malformedBefore)
    {
        var start = admitted.Start!;
        var began = _time.GetTimestamp();
        var callerDue = new Signal();
        using var meter = new CallMeter(_ticket.CallSid, admitted.Attempt, _time);
        using var journal = new CallJournal(_ticket.CallSid, _ticket.Nonce, _services.Log, _services.Pacer, _time, _logger) { Noted = meter.Observe };
        using var caller = new CallerAudio(callerDue, _time);
        using var recorder = RecorderOf(admitted);
        using var conversation = new Conversation(_time, journal, new StreamMessageWriter(start.StreamSid), _twilioDue, recorder);
        journal.Gather = conversation.TakeLoudness;
        var call = Told(admitted.Record!, start.Parameters.GetValueOrDefault("agent"));
        using var seat = new AgentSeat(_services, _limits.Model, call, admitted.Record!, caller, callerDue, conversation, End);
        var agent = seat.Agent;
        using var keypad = new Keypad(() => seat.Agent, seat.Tell, seat.Actions.TransferNow, _time);
        var listener = new TwilioListener(_twilio, caller, conversation, keypad, seat.LastWords, _time, End, _logger, recorder);
        using var notes = _services.TextModel is { } model ? new NoteTaker(conversation, model, _time, _logger) : null;
        journal.Add(new StreamStarted(admitted.Attempt, start.StreamSid, seat.Model) { At = _time.GetUtcNow() });

        var journaling = GuardAsync(journal.RunAsync);
        var listening = GuardAsync(listener.RunAsync);
        var recording = recorder is null ? Task.CompletedTask : GuardAsync(recorder.RunAsync);
        var noting = notes is null ? Task.CompletedTask : GuardAsync(notes.RunAsync);
        var speaking = GuardAsync(() => SpeakAsync(conversation));
        var talking = GuardAsync(() => TalkAsync(seat));
        var first = admitted.Record!.Agent is { } name ? _services.Agents(name) : agent; // whoever takes over later, in this stream or another
        var deadline = (admitted.Record!.BeganAt ?? _time.GetUtcNow()) + Longest(first);
        var watch = new CallWatch(listener, conversation, seat.Tell, End, deadline, agent.IdleLimit, _time);
        using var words = _services.Pacer.Watch(seat.LastWords.Look);
        using var saving = _services.Pacer.Watch(new SessionSaver(seat, conversation, journal, _time).Look);
        _mayMove = () => seat.CanMove && conversation.QuietFor > TimeSpan.Zero && !seat.LastWords.IsWaiting;
        using (_services.Pacer.Watch(watch.Look))
        using (notes is null ? null : _services.Pacer.Watch(notes.Look))
        using (_services.Pacer.Watch(seat.Look))
        {
            var end = await _end.Task;
            notes?.Finish();
            if (end.Reason == EndReason.CallerHungUp)
            {
                // No caller audio is coming any more, so the paid session ends before anything else.
                await FinishAsync(seat, talking);
            }

            var allHeard = conversation.Progress.IsDone;
            conversation.Finish();
            CallEvent? before = end.Reason == EndReason.HandedOver ? seat.HandOver(allHeard) : end.Asked;
            var figures = seat.AddTo(conversation.Figures() with
            {
                CallerMs = caller.Received / Audio.Telephony.PhoneBytesPerMs,
                CallerMsDropped = caller.Dropped / Audio.Telephony.PhoneBytesPerMs,
                MalformedMessages = malformedBefore + listener.MalformedMessages,
            });
            var ended = new StreamEnded(end.Reason, end.Detail, figures) { At = _time.GetUtcNow() };
            await journal.FinishAsync(journaling, before is null ? [ended] : [before, ended]);

            await _twilio.CloseAsync(end.CloseCode, end.Reason.ToString());
            await AbortUnlessEndedAsync(listening, _twilio.Abort);
            await DrainAsync();
            await FinishAsync(seat, talking);
            _speakingEnded = true;
            _twilioDue.Set();
            await speaking;
            await (recorder?.FinishAsync(recording) ?? Task.CompletedTask);
            await noting;
            var duration = _time.GetElapsedTime(began);
            LogEnded(end.Reason, end.Detail ?? "as it should", duration, figures);
            return end;
        }
    }

    // Only where the caller was told so: by the agent the call was first offered to, before the stream.
    private CallRecorder? RecorderOf(Admission admitted)
    {
        var told = admitted.Record!.Attempts.FirstOrDefault(attempt => attempt.OfferedAt is not null)?.Agent;
        return _services.Recordings is { } store && told is not null && _services.Agents(told).Recording is { Enabled: true, Consent.Length: > 0 }
            ? new CallRecorder(_ticket.CallSid, admitted.Attempt, store, _services.Log, _time, _logger)
            : null;
    }

    private TimeSpan Longest(AgentProfile agent) =>
        agent.EndCall.MaxMinutes is { } minutes && TimeSpan.FromMinutes(minutes) < _limits.MaxCallDuration ? TimeSpan.FromMinutes(minutes) : _limits.MaxCallDuration;

    // What a tool may know of the call.
    private PhoneCall Told(CallRecord record, string? agent) =>
        new(_ticket.CallSid, agent ?? AgentProfiles.DefaultName, record.Caller, record.Called, record.Direction is "outbound-api" or "outbound-dial");

    private async Task TalkAsync(AgentSeat seat)
    {
        var ended = await seat.RunAsync();
        if (ended.Problem is { } problem)
        {
            End(new CallEnd(EndReason.GeminiUnavailable, problem, CallEnd.InternalError));
        }
    }

    // Sends what the conversation has for Twilio: at once what may go at once, the rest when the pacer says so.
    private async Task SpeakAsync(Conversation conversation)
    {
        while (!_speakingEnded)
        {
            await _twilioDue.WaitAsync();
            var buffer = ArrayPool<byte>.Shared.Rent(2 * StreamMessageWriter.MaxMessageBytes); // not kept while nothing is said: few serve all calls
            var (message, next) = (buffer.AsMemory(0, StreamMessageWriter.MaxMessageBytes), buffer.AsMemory(StreamMessageWriter.MaxMessageBytes));
            var length = conversation.NextMessage(message.Span, out var wait);
            while (length > 0 && !_speakingEnded)
            {
                // Known before this one is sent, so that what goes out together travels together.
                var nextLength = conversation.NextMessage(next.Span, out wait);
                if (!await _twilio.SendAsync(message[..length], more: nextLength > 0))
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    End(new CallEnd(EndReason.StreamLost, "Twilio's socket takes nothing any more"));
                    return;
                }

                (message, next, length) = (next, message, nextLength);
            }

            ArrayPool<byte>.Shared.Return(buffer);
            if (wait is { } delay)
            {
                _services.Pacer.WakeAfter(delay, _twilioDue);
            }
        }
    }

    private async Task FinishAsync(AgentSeat seat, Task talking)
    {
        seat.Finish();
        await AbortUnlessEndedAsync(talking, seat.Abort);
    }

    private async Task AbortUnlessEndedAsync(Task task, Action abort)
    {
        await using var timer = _time.CreateTimer(_ => abort(), null, CloseTimeout, Timeout.InfiniteTimeSpan);
        await task;
    }

    // Reads until the peer has closed too, so that the close code reaches it; a peer that goes on talking is cut off.
    private async Task DrainAsync()
    {
        await using var timer = _time.CreateTimer(_ => _twilio.Abort(), null, CloseTimeout, Timeout.InfiniteTimeSpan);
        while ((await _twilio.ReadAsync(static _ => true)).Kind == SocketReadKind.TooLarge)
        {
            // What a peer says after the end is of no interest.
        }
    }

    // A defect in one loop ends this call, with a log entry, and no other.
    private async Task GuardAsync(Func<Task> loop)
    {
        try
        {
            await loop();
        }
        catch (Exception e)
        {
            LogDefect(e);
            End(new CallEnd(EndReason.InternalError, "an error in the relay", CallEnd.InternalError));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stream was refused: {Reason}, {Detail}.")]
    private partial void LogRefused(EndReason reason, string? detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "The stream ended: {Reason} ({Detail}) after {Duration}; {Figures}.")]
    private partial void LogEnded(EndReason reason, string detail, TimeSpan duration, StreamFigures figures);

    [LoggerMessage(Level = LogLevel.Error, Message = "An error in the relay ends this call.")]
    private partial void LogDefect(Exception defect);
}
