using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PhoneAgent.Core;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Handlers.Closing;

/// <summary>
/// What follows a call's final status, inside Twilio's callback, because nothing may be left running behind a function: the
/// relay's last word is waited for, one line of figures is logged, and the call is summarised once.
/// </summary>
public sealed class CallClosing(
    ICallLog log, IOptionsMonitor<GeminiSettings> gemini, TimeProvider time, ILogger<CallClosing> logger, ICallSummarizer? summarizer = null)
{
    /// <summary>How long the relay's end of the stream is waited for; it is stored within a second as a rule.</summary>
    internal static readonly TimeSpan RelayPatience = TimeSpan.FromSeconds(5);

    /// <summary>How long the model may take.</summary>
    internal static readonly TimeSpan ModelPatience = TimeSpan.FromSeconds(10);

    // Twilio waits 15 s for an answer and asks again without one; the callback has other things to do, too.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(13);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    // Where stream tickets claim their nonces; no random nonce is this one.
    private const string ClaimName = "00000000000000000000000073756d73";

    /// <summary>Closes a call. Never throws; what cannot be had is left out.</summary>
    internal async Task CloseAsync(CallSid callSid)
    {
        using var limit = new CancellationTokenSource(Longest, time);
        try
        {
            var record = await LastRecordAsync(callSid, limit.Token).ConfigureAwait(false);
            if (record.RemovedAt is null && await log.TryClaimAsync(callSid, ClaimName, Guid.NewGuid().ToString("n"), limit.Token).ConfigureAwait(false))
            {
                Report(record);
                await SummariseAsync(record, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is CallLogUnavailableException or OperationCanceledException)
        {
            logger.CallNotClosed(failure.GetType().Name);
        }
    }

    // A stream that began has an end coming: as long as none is logged, the transcript may be cut short.
    private async Task<CallRecord> LastRecordAsync(CallSid callSid, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var record = CallRecord.From(callSid, await log.ReadAsync(callSid, cancellation).ConfigureAwait(false));
            if (record.Attempts.LastOrDefault(attempt => attempt.Started) is null or { End: not null } || time.GetElapsedTime(began) >= RelayPatience)
            {
                return record;
            }

            await Task.Delay(LookEvery, time, cancellation).ConfigureAwait(false);
        }
    }

    private void Report(CallRecord record)
    {
        var waits = record.Transcript.Select(turn => turn.ResponseMs).OfType<int>().Order().ToList();
        logger.CallOver(
            record.Direction,
            record.Status,
            record.DurationSeconds,
            record.Agent,
            record.End?.Reason.ToString(),
            record.Attempts.Count,
            record.Transfers.Count,
            record.Tools.Count,
            record.Transcript.Count,
            record.Figures.Interruptions,
            waits.Count == 0 ? null : waits[(waits.Count - 1) / 2],
            waits.Count == 0 ? null : waits[^1],
            record.Figures.TotalTokens,
            record.StreamErrors.Count);
    }

    private async Task SummariseAsync(CallRecord record, CancellationToken cancellation)
    {
        if (summarizer is null || string.IsNullOrWhiteSpace(gemini.CurrentValue.ApiKey) || SummaryTasks.For(record) is not { } task)
        {
            return;
        }

        using var limit = new CancellationTokenSource(ModelPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        SummaryAnswer answer;
        try
        {
            answer = await summarizer.SummarizeAsync(task, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // a vendor's SDK may throw anything; a summary is never worth more than the callback
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.SummaryFailed(failure.GetType().Name); // its text may quote the transcript
            return;
        }

        await StoreAsync(record.CallSid, answer).ConfigureAwait(false);
    }

    private async Task StoreAsync(CallSid callSid, SummaryAnswer answer)
    {
        Telemetry.CountTokens(answer.Tokens);
        var summary = SummaryReader.Read(answer.Text);
        if (summary is null)
        {
            logger.SummaryUnusable(answer.Text?.Length ?? 0);
        }

        using var last = new CancellationTokenSource(TimeSpan.FromSeconds(2), time); // it is paid for: stored even at the very end
        await log.AppendAsync(callSid, [new CallSummarized(summary, answer.Model, answer.Tokens) { At = time.GetUtcNow() }], last.Token).ConfigureAwait(false);
        if (summary is not null)
        {
            logger.CallSummarised();
        }
    }
}
