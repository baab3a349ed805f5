using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Voice;

/// <summary>Whom an agent's call can be handed to; null for a name that its profile does not know.</summary>
/// <param name="agent">The agent profile's name.</param>
/// <param name="target">The target's name.</param>
public delegate TransferTarget? TransferTargets(string agent, string target);

/// <summary>
/// The decision table: what happens to a call whose stream ended. A pure function, so that every row can be tested and
/// a repeated webhook gets the same answer. It looks at the newest stream offered and at nothing else of the streams.
/// </summary>
public static class CallDecisions
{
    private const string InProgress = "in-progress";
    private const int LossesAllowed = 3;

    private static readonly int[] PausesBeforeRetry = [0, 1, 3, 8];
    private static readonly TimeSpan LossWindow = TimeSpan.FromMinutes(2);

    /// <summary>Decides.</summary>
    /// <param name="record">What is known of the call; null when the log cannot be read.</param>
    /// <param name="fields">What Twilio says.</param>
    /// <param name="now">The time.</param>
    /// <param name="limits">How far the call may go.</param>
    /// <param name="targets">Whom the agent may transfer to.</param>
    public static CallDecision Decide(CallRecord? record, StreamEndedFields fields, DateTimeOffset now, CallLimits limits, TransferTargets targets)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(targets);
        var outcome = OutcomeOf(record, fields, targets);
        var newest = record?.NewestOffered;
        return fields.CallStatus != InProgress ? new CallDecision.DoNothing { Row = DecisionRow.NotInProgress }
            : outcome == CallTransfer.Completed ? new CallDecision.HangUp { Row = DecisionRow.TransferCompleted, TransferOutcome = outcome }
            : record is null ? new CallDecision.Apologise { Row = DecisionRow.LogUnavailable }
            : record.RemovedAt is not null ? new CallDecision.HangUp { Row = DecisionRow.Removed }
            : now - (record.BeganAt ?? now) >= limits.MaxAge ? new CallDecision.HangUp { Row = DecisionRow.TooOld }
            : NextAttempt(record) > limits.MaxAttempts ? new CallDecision.HangUp { Row = DecisionRow.TooManyAttempts }
            : record.FinalEnd is not null ? new CallDecision.HangUp { Row = DecisionRow.Finished }
            : outcome is not null ? new CallDecision.Connect(NextAttempt(record)) { Row = DecisionRow.TransferFailed, TransferOutcome = outcome }
            : newest is null ? new CallDecision.Connect(NextAttempt(record)) { Row = DecisionRow.NeverStarted }
            : !newest.Started ? AfterNeverStarted(record)
            : newest.Transfer is { } transfer ? AfterTransferAsked(record, transfer, now, limits, targets)
            : newest.HandedOverAt is not null || newest.End?.Reason == EndReason.HandedOver ? new CallDecision.Connect(NextAttempt(record)) { Row = DecisionRow.HandedOver }
            : newest.End?.Reason == EndReason.GeminiUnavailable ? new CallDecision.Apologise { Row = DecisionRow.GeminiUnavailable }
            : AfterStreamLost(record, now);
    }

    private static int NextAttempt(CallRecord record) => record.Attempts.Count == 0 ? 1 : record.Attempts[^1].Number + 1;

    // Offers in a row, from the newest back, that no relay took up: the first retry comes at once, the last after 8 s.
    private static CallDecision AfterNeverStarted(CallRecord record)
    {
        var inARow = record.Attempts.Reverse().TakeWhile(attempt => !attempt.Settled.Started).Count();
        return inARow <= PausesBeforeRetry.Length
            ? new CallDecision.Connect(NextAttempt(record), PausesBeforeRetry[inARow - 1]) { Row = DecisionRow.NeverStarted }
            : new CallDecision.Apologise { Row = DecisionRow.NeverStartedTooOften };
    }

    // Twilio tells a person who picked up, but did not take the call, by DialBridged; where it says nothing of that, the key
    // they pressed does, or did not. Source: https://www.twilio.com/docs/voice/twiml/dial#attributes-action
    private static string? OutcomeOf(CallRecord? record, StreamEndedFields fields, TransferTargets targets)
    {
        if (fields.DialCallStatus is not { } status || fields.DialBridged == true)
        {
            return fields.DialCallStatus;
        }

        var transfer = record?.Transfers is [.., { Outcome: null } newest] ? newest : null;
        var unasked = status == CallTransfer.Completed && (fields.DialBridged == false || (transfer is { Accepted: null } && TargetOf(record!, transfer, targets)?.Accept == true));
        return unasked || transfer?.Accepted == false ? CallTransfer.Declined : status;
    }

    private static TransferTarget? TargetOf(CallRecord record, CallTransfer transfer, TransferTargets targets) => targets(record.CurrentAgent ?? "", transfer.Target);

    private static CallDecision AfterTransferAsked(CallRecord record, CallTransfer transfer, DateTimeOffset now, CallLimits limits, TransferTargets targets)
    {
        if (transfer.Outcome is { } known)
        {
            return known == CallTransfer.Completed
                ? new CallDecision.HangUp { Row = DecisionRow.TransferCompleted }
                : new CallDecision.Connect(NextAttempt(record)) { Row = DecisionRow.TransferFailed };
        }

        var dialedBefore = record.Transfers.Count(one => one.DialedAt is not null && one != transfer);
        var person = dialedBefore < limits.MaxTransfers ? TargetOf(record, transfer, targets) : null;
        var left = limits.MaxAge - ((transfer.DialedAt ?? now) - (record.BeganAt ?? now));
        return left < TimeSpan.FromSeconds(1) ? new CallDecision.HangUp { Row = DecisionRow.TooOld }
            : person is null
                ? new CallDecision.Connect(NextAttempt(record)) { Row = DecisionRow.TransferRefused, TransferOutcome = CallTransfer.Refused }
                : new CallDecision.Dial(transfer.Target, person, (int)Shorter(left, person).TotalSeconds, transfer.DialedAt is not null) { Row = DecisionRow.TransferAsked };
    }

    private static TimeSpan Shorter(TimeSpan left, TransferTarget person) =>
        person.LimitMinutes is { } minutes && TimeSpan.FromMinutes(minutes) is var most && most < left ? most : left;

    // A stream without a logged end was lost by the time the next one was offered.
    private static CallDecision AfterStreamLost(CallRecord record, DateTimeOffset now)
    {
        var losses = record.Attempts
            .Select(attempt => attempt.Settled)
            .Where((attempt, i) => IsLoss(attempt) && now - (attempt.End?.At ?? record.Attempts.ElementAtOrDefault(i + 1)?.OfferedAt ?? now) <= LossWindow)
            .Count();
        return losses < LossesAllowed
            ? new CallDecision.Connect(NextAttempt(record)) { Row = DecisionRow.StreamLost }
            : new CallDecision.Apologise { Row = DecisionRow.StreamLostTooOften };
    }

    private static bool IsLoss(CallAttempt attempt) =>
        attempt is { Started: true, Transfer: null, HandedOverAt: null } && attempt.End?.Reason is not (EndReason.GeminiUnavailable or EndReason.HandedOver);
}
