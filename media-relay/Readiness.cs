using Microsoft.Extensions.Options;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay.Calls;

namespace PhoneAgent.MediaRelay;

/// <summary>
/// Answers <c>/readyz</c>, and says once in the log when the relay is full: a load balancer then sends nobody here any more,
/// so no refused caller would tell.
/// </summary>
internal sealed partial class Readiness(ActiveCalls calls, IOptionsMonitor<RelaySettings> relay, ILogger<Readiness> logger)
{
    private readonly ILogger _logger = logger;
    private int _saidFull;

    /// <summary>200 while calls may be sent here, else 503.</summary>
    public IResult Answer()
    {
        var ready = calls.IsReady;
        if (!ready && calls.Count is var count && count >= relay.CurrentValue.MaxCalls && Interlocked.Exchange(ref _saidFull, 1) == 0)
        {
            LogFull(count);
        }
        else if (ready && Interlocked.Exchange(ref _saidFull, 0) == 1)
        {
            LogRoom();
        }

        return ready ? Results.Text("ready") : Results.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The relay is full: it holds {Calls} calls and takes no more.")]
    private partial void LogFull(int calls);

    [LoggerMessage(Level = LogLevel.Information, Message = "The relay has room for calls again.")]
    private partial void LogRoom();
}
