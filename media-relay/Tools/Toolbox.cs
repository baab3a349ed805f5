using System.Text.Json;
using PhoneAgent.Core.Agents;
using PhoneAgent.MediaRelay.Gemini;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>
/// The functions of one agent in one call. Every call of the model gets one answer within the tool's time limit, whatever
/// the tool does; a tool that goes on regardless is left to itself, and counts against how many may run at once.
/// </summary>
internal sealed partial class Toolbox : IToolbox
{
    /// <summary>Functions of one call that may run at once.</summary>
    public const int MaxRunning = 8;

    private readonly Dictionary<string, CallTool> _tools;
    private readonly PhoneCall _call;
    private readonly LiveModel _model;
    private readonly Action<string> _tell;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _running;

    /// <summary>Packs the functions.</summary>
    /// <param name="tools">Their names differ.</param>
    /// <param name="googleSearch">Whether the model looks things up with Google Search.</param>
    /// <param name="call">The call it is for.</param>
    /// <param name="model">What it takes.</param>
    /// <param name="tell">Tells the agent something, as text.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Within the call's scope.</param>
    public Toolbox(IReadOnlyList<CallTool> tools, bool googleSearch, PhoneCall call, LiveModel model, Action<string> tell, TimeProvider time, ILogger logger)
    {
        _tools = tools.ToDictionary(tool => tool.Name, StringComparer.Ordinal);
        _call = call;
        _model = model;
        _tell = tell;
        _time = time;
        _logger = logger;
        Declarations = ToolDeclarations.Write(tools, googleSearch, model);
    }

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Declarations { get; }

    /// <inheritdoc />
    public async Task<FunctionAnswer> CallAsync(FunctionCall call, CancellationToken cancellation)
    {
        // Neither a tool nor what cancels it ever runs on the loop that reads Gemini.
        await Task.Yield();
        if (!_tools.TryGetValue(call.Name, out var tool))
        {
            LogUnknown(Nameable(call.Name));
            return ToolAnswers.Error($"There is no function of that name. {(_tools.Count == 0 ? "There are none." : "There are: " + string.Join(", ", _tools.Keys) + ".")}");
        }

        if (Arguments(call, tool, out var problem) is not { } arguments)
        {
            LogArguments(tool.Name);
            return ToolAnswers.Error($"The arguments do not fit. {problem}");
        }

        if (Interlocked.Increment(ref _running) > MaxRunning)
        {
            Interlocked.Decrement(ref _running);
            LogTooMany(tool.Name);
            return ToolAnswers.Error("Too many functions are running. Try again later.");
        }

        var began = _time.GetTimestamp();
        var answer = await AnswerAsync(tool, arguments, cancellation);
        answer = ToolAnswers.Bounded(answer with { Scheduling = _model.RunsBeside(tool.Rules) ? answer.Scheduling ?? Word(tool) : null }, tool.Rules.MaxResultBytes);
        var milliseconds = _time.GetElapsedTime(began).TotalMilliseconds;
        LogAnswered(tool.Name, answer.Succeeded ? "a result" : "an error", milliseconds, answer.Json.Length);
        return answer;
    }

    private async Task<FunctionAnswer> AnswerAsync(CallTool tool, JsonElement arguments, CancellationToken cancellation)
    {
        using var stop = new CancellationTokenSource();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var limit = TimeSpan.FromSeconds(tool.Rules.TimeoutSeconds);
        var slow = TimeSpan.FromSeconds(tool.Rules.SlowAfterSeconds);
        var running = RunAsync(tool, arguments, stop.Token);
        if (slow > TimeSpan.Zero && slow < limit && _model.RunsBeside(tool.Rules))
        {
            await Task.WhenAny(running, PassAsync(slow, over.Token));
            if (!running.IsCompleted && !cancellation.IsCancellationRequested)
            {
                _tell($"The function {tool.Name} is still running. Unless you have already said so, tell the caller in a few words that it takes a moment, and wait for the result.");
            }

            limit -= slow;
        }

        await Task.WhenAny(running, PassAsync(limit, over.Token));
        over.Cancel();
        if (running.IsCompleted)
        {
            return await running;
        }

        await Task.Yield();
        Stop(stop, tool);
        return cancellation.IsCancellationRequested
            ? ToolAnswers.Error("The call was taken back.")
            : ToolAnswers.Error($"The function did not answer within {tool.Rules.TimeoutSeconds} seconds. Say that it did not work, and offer to try again or to take a message.");
    }

    private async Task<FunctionAnswer> RunAsync(CallTool tool, JsonElement arguments, CancellationToken cancellation)
    {
        // A tool that blocks its thread must not hold up the time limit.
        await Task.Yield();
        try
        {
            return await tool.Run(new ToolCall(arguments, _call, _logger), cancellation);
        }
        catch (Exception failed)
        {
            // A message can hold anything, also what the caller said; the type says where to look.
            LogFailed(tool.Name, failed.GetType().Name);
            return ToolAnswers.Error("The function failed. Say that it did not work, and offer to try again or to take a message.");
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task PassAsync(TimeSpan time, CancellationToken until)
    {
        try
        {
            await Task.Delay(time, _time, until);
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled wants the wait to end at once.
        }
    }

    private void Stop(CancellationTokenSource stop, CallTool tool)
    {
        try
        {
            stop.Cancel();
        }
        catch (AggregateException failed)
        {
            LogFailed(tool.Name, failed.InnerException!.GetType().Name);
        }
    }

    private static JsonElement? Arguments(FunctionCall call, CallTool tool, out string problem)
    {
        try
        {
            using var json = JsonDocument.Parse(call.Arguments.Length == 0 ? "{}" : call.Arguments);
            var arguments = WholeNumbers.Of(json.RootElement);
            problem = arguments.ValueKind != JsonValueKind.Object ? "They are no object." : tool.Problem(arguments) ?? "";
            return problem.Length == 0 ? arguments : null;
        }
        catch (JsonException)
        {
            problem = "They are no JSON.";
            return null;
        }
    }

    private static string? Word(CallTool tool) => tool.Rules.Scheduling switch
    {
        Scheduling.Silent => "SILENT",
        Scheduling.WhenIdle => "WHEN_IDLE",
        Scheduling.Interrupt => "INTERRUPT",
        _ => null,
    };

    // What the model calls a function can hold what the caller said, a phone number for instance.
    private static string Nameable(string name) => string.Concat(name.Take(64).Select(one => char.IsAsciiLetter(one) || one == '_' ? one : '?'));

    [LoggerMessage(Level = LogLevel.Warning, Message = "The model called a function that does not exist: {Name}.")]
    private partial void LogUnknown(string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The model called {Tool} with arguments that do not fit its schema.")]
    private partial void LogArguments(string tool);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The model called {Tool} while too many functions were running.")]
    private partial void LogTooMany(string tool);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The tool {Tool} failed: {Cause}.")]
    private partial void LogFailed(string tool, string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "The tool {Tool} was answered with {Outcome} after {Milliseconds:0} ms, {Length} characters.")]
    private partial void LogAnswered(string tool, string outcome, double milliseconds, int length);
}
