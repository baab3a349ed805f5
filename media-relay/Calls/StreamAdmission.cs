using System.Globalization;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.MediaRelay.Twilio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>A stream that may have an agent, or why not.</summary>
/// <param name="Start">Twilio's start message; null when refused.</param>
/// <param name="Attempt">Which attempt of the call this stream is, from 1.</param>
/// <param name="Record">What the log knows of the call; null when refused.</param>
/// <param name="Refusal">Why there is no stream; null when there is.</param>
internal sealed record Admission(StreamStart? Start, int Attempt, CallRecord? Record, RefusedStream? Refusal);

/// <summary>Why a stream is turned away, and how it ends for that.</summary>
internal sealed record RefusedStream(StreamRefusal Why, CallEnd End);

/// <summary>
/// The first messages of a stream, up to the proof that it is the one its ticket was made for and the only one. Before
/// that nothing is paid for: no Gemini session, no entry in the log.
/// </summary>
internal sealed class StreamAdmission(CallServices services, CallLimits limits, AdmittedTicket ticket, IMessageSocket twilio)
{
    /// <summary>How long Twilio may take to send <c>start</c>; it sends it at once.</summary>
    public static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    // connected, start, and room for what Twilio may add one day.
    private const int MaxMessagesBeforeStart = 20;

    /// <summary>Messages before <c>start</c> that could not be read.</summary>
    public int MalformedMessages { get; private set; }

    /// <summary>Reads up to <c>start</c>, checks it and claims the ticket.</summary>
    public async Task<Admission> AdmitAsync()
    {
        var timedOut = new TaskCompletionSource(); // its continuation runs on the timer's thread: WhenAny has no context of its own
        await using var timer = services.Time.CreateTimer(_ => timedOut.TrySetResult(), null, StartTimeout, Timeout.InfiniteTimeSpan);
        var reading = ReadStartAsync();
        if (await Task.WhenAny(reading, timedOut.Task) != reading)
        {
            // The close code is told first; the reader ends with the peer's answer, or is cut off without one.
            var late = Violation(StreamRefusal.NoStart, $"no start within {StartTimeout.TotalSeconds:0} s");
            await twilio.CloseAsync(late.End.CloseCode, late.End.Detail!);
            await using var cutOff = services.Time.CreateTimer(_ => twilio.Abort(), null, CloseTimeout, Timeout.InfiniteTimeSpan);
            await reading;
            return Refused(late);
        }

        var (start, refusal) = await reading;
        if (refusal is not null)
        {
            return Refused(refusal);
        }

        return await ClaimAsync(start!);
    }

    private static Admission Refused(RefusedStream refusal) => new(null, 0, null, refusal);

    private static RefusedStream Violation(StreamRefusal why, string detail) => new(why, new CallEnd(EndReason.ProtocolViolation, detail, CallEnd.PolicyViolation));

    private async Task<(StreamStart? Start, RefusedStream? Refusal)> ReadStartAsync()
    {
        (StreamStart? Start, RefusedStream? Refusal) outcome = (null, Violation(StreamRefusal.NoStart, "too many messages before start"));
        var messages = 0;
        var read = await twilio.ReadAsync(Take);
        return read.Kind switch
        {
            SocketReadKind.Stopped => outcome,
            SocketReadKind.TooLarge => (null, new RefusedStream(StreamRefusal.TooLarge, new CallEnd(EndReason.ProtocolViolation, "a message was too large", CallEnd.TooLarge))),
            _ => (null, new RefusedStream(StreamRefusal.GoneBeforeStart, new CallEnd(EndReason.StreamLost, "the socket ended before start"))),
        };

        bool Take(ReadOnlySpan<byte> message)
        {
            switch (StreamMessage.Read(message).Kind)
            {
                case StreamMessageKind.Start:
                    outcome = !StreamStart.TryRead(message, out var start, out var problem) ? (null, Violation(StreamRefusal.BadStart, problem))
                        : !Matches(start) ? (null, Violation(StreamRefusal.OtherCall, "start names another call or account than the ticket"))
                        : (start, null);
                    return false;
                case StreamMessageKind.Stop:
                    outcome = (null, new RefusedStream(StreamRefusal.HungUpBeforeStart, new CallEnd(EndReason.CallerHungUp, "stop before start")));
                    return false;
                case StreamMessageKind.Malformed:
                    MalformedMessages++;
                    break;
            }

            return ++messages < MaxMessagesBeforeStart;
        }
    }

    // The log knows which attempt the ticket was offered for. A valid ticket suffices: what the log does not know, the
    // parameter says, and without one it is the first attempt.
    private int AttemptOf(CallRecord record, StreamStart start) =>
        record.Attempts.FirstOrDefault(offered => offered.Offer?.Nonce == ticket.Nonce)?.Number
        ?? (start.Parameters.TryGetValue("attempt", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 1);

    private bool Matches(StreamStart start) =>
        start.CallSid == ticket.CallSid.Value && start.AccountSid == limits.AccountSid;

    private async Task<Admission> ClaimAsync(StreamStart start)
    {
        try
        {
            if (!await services.Log.TryClaimAsync(ticket.CallSid, ticket.Nonce, services.NewId(), CancellationToken.None))
            {
                return Refused(Violation(StreamRefusal.TicketUsed, "the ticket was used already"));
            }

            var record = CallRecord.From(ticket.CallSid, await services.Log.ReadAsync(ticket.CallSid, CancellationToken.None));
            if (record.RemovedAt is not null)
            {
                return Refused(Violation(StreamRefusal.CallRemoved, "the call was removed"));
            }

            if (record.FinalEnd is { } end)
            {
                return Refused(new RefusedStream(StreamRefusal.CallOver, new CallEnd(end.Reason, "the call has ended already")));
            }

            var attempt = AttemptOf(record, start);
            return record.Attempts.Any(other => other.Number > attempt && other.Started)
                ? Refused(Violation(StreamRefusal.OlderAttempt, "a newer stream of the call has begun"))
                : new Admission(start, attempt, record, null);
        }
        catch (CallLogUnavailableException)
        {
            return Refused(new RefusedStream(StreamRefusal.LogUnavailable, new CallEnd(EndReason.InternalError, "the call log is unavailable", CallEnd.InternalError)));
        }
    }
}
