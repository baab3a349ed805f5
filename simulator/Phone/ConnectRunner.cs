using PhoneAgent.Simulator.Phone.Streams;
using PhoneAgent.Simulator.Phone.Twiml;

namespace PhoneAgent.Simulator.Phone;

/// <summary>
/// Runs <c>&lt;Connect&gt;&lt;Stream&gt;</c>: the call belongs to the stream until the server closes it, it fails, or
/// the call is over. Source: https://www.twilio.com/docs/voice/twiml/connect
/// </summary>
internal static class ConnectRunner
{
    public static async Task<CallStep> RunAsync(Connect verb, Uri document, CallContext call)
    {
        var streamSid = Sids.New("MZ", call.Settings.Random);
        var callback = verb.Stream.StatusCallback is { } url ? new Uri(document, url) : null;
        var end = await StreamAsync(verb.Stream, streamSid, callback, call);
        call.Notes.Tell(new StreamOver(call.Line.AtMs, end));
        if (end.Error is { } error)
        {
            call.Notes.Log(error);
        }

        call.Callbacks.Stream(
            callback, streamSid, verb.Stream.Name, end.Error is null ? "stream-stopped" : "stream-error", end.Error?.Message, call.Cancellation);
        var failed = end.Kind is StreamEndKind.Lost or StreamEndKind.NeverOpened;
        if (failed && !call.Over.IsCompleted && call.Settings.AfterStreamFailure == AfterStreamFailure.DropCall)
        {
            return CallStep.End(CallEnding.StreamFailure);
        }

        var asks = verb.Action is not null && !(failed && call.Settings.AfterStreamFailure == AfterStreamFailure.FallThrough);
        return asks ? CallStep.Fetch(verb.Action!, verb.Method) : CallStep.NextVerb;
    }

    private static async Task<StreamEnd> StreamAsync(MediaStream stream, string streamSid, Uri? callback, CallContext call)
    {
        var (socket, error) = await StreamHandshake.OpenAsync(
            stream.Url, call.Addresses.ToLocal(stream.Url), call.Settings.AuthToken, call.Settings.Time, call.Cancellation);
        if (socket is null)
        {
            return new StreamEnd(StreamEndKind.NeverOpened, null, null, error);
        }

        var openedAt = call.Line.AtMs;
        var identity = new StreamIdentity(call.Settings.AccountSid, call.CallSid, streamSid, stream.Parameters);
        var connection = new StreamConnection(socket, identity, call.Settings.Time, call.Notes.Log);
        call.Notes.Tell(new StreamOpened(openedAt, streamSid));
        call.Callbacks.Stream(callback, streamSid, stream.Name, "stream-started", null, call.Cancellation);
        call.Line.Connect(connection);
        var tally = new CommandTally(call.Line);
        var receiving = connection.ReceiveAsync(tally.Obey);
        StreamEnd end;
        try
        {
            await Task.WhenAny(receiving, call.Over);
            call.Line.Disconnect();
            if (call.Over.IsCompletedSuccessfully)
            {
                await connection.StopAsync(receiving);
                end = new StreamEnd(StreamEndKind.CallEnded, null, null, null);
            }
            else
            {
                call.Cancellation.ThrowIfCancellationRequested();
                end = await receiving;
            }
        }
        finally
        {
            call.Line.Disconnect();
            await connection.DisposeAsync();
            await receiving;
        }

        call.Notes.Streams.Add(new StreamSummary(
            streamSid,
            openedAt,
            call.Line.AtMs,
            end,
            connection.FramesSent,
            connection.FramesAfterEnd,
            connection.FramesDropped,
            tally.Media,
            tally.Marks,
            tally.Clears,
            connection.BadMessages));
        return end;
    }

    /// <summary>Counts what the server asked on its way to the line.</summary>
    private sealed class CommandTally(PhoneLine line)
    {
        public long Media { get; private set; }

        public long Marks { get; private set; }

        public long Clears { get; private set; }

        public void Obey(StreamCommand command)
        {
            _ = command switch
            {
                MediaCommand => Media++,
                MarkCommand => Marks++,
                _ => Clears++,
            };
            line.Obey(command);
        }
    }
}
