using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.Load;

namespace PhoneAgent.Simulator.Commands;

/// <summary><c>load</c>: many calls at once against a relay, with figures.</summary>
internal static class LoadCommand
{
    // Ten hours; a relay lets no call last longer than twelve.
    private const int MaxSeconds = 36_000;

    private static readonly Option<string> Calls = new("--calls") { Description = "How many calls at once; several numbers are steps, one after the other.", HelpName = "N[,N…]", DefaultValueFactory = _ => "20" };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long each step is measured, after 5 s of warm-up.", HelpName = "S", DefaultValueFactory = _ => 20 };
    private static readonly Option<string?> Relay = new("--relay") { Description = "A relay on this machine that is running already, as ws://127.0.0.1:PORT/stream; its Twilio__AccountSid, PhoneAgent__TicketKey and Gemini__Endpoint are taken from the environment. Its processor time and memory are measured on Linux. Without it each step starts one.", HelpName = "URL" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print the figures as JSON on standard output; progress goes to standard error." };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("load", "Measure a relay under load: simulated calls and a simulated Gemini around the real relay in its own process.");
        command.Add(Calls);
        command.Add(Seconds);
        command.Add(Relay);
        command.Add(Json);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult options, CancellationToken cancellation)
    {
        var steps = Steps(options.GetValue(Calls)!);
        var seconds = options.GetValue(Seconds);
        if (seconds is < 1 or > MaxSeconds)
        {
            throw new BadInputException($"--seconds takes a whole number from 1 to {MaxSeconds}.");
        }

        var existing = options.GetValue(Relay) is { } url ? Existing(url) : null;
        var json = options.GetValue(Json);
        var pinning = existing is null ? CpuPinning.Choose() : CpuPinning.None("the relay was there already");
        var run = new LoadRun(steps, TimeSpan.FromSeconds(seconds), existing, pinning, (json ? Console.Error : Console.Out).WriteLine);
        LoadFigures figures;
        try
        {
            figures = await run.RunAsync(cancellation);
        }
        catch (Exception e) when (e is InvalidOperationException or SocketException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("The load was stopped before it had figures.");
            return ExitCodes.Failed;
        }

        if (json)
        {
            Console.Out.WriteLine(figures.ToJson());
        }
        else
        {
            LoadReport.Write(Terminal.Create(), figures);
        }

        return figures.Passed ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static int[] Steps(string calls)
    {
        var steps = calls.Split(',').Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return steps.All(number => number is >= 1 and <= CallerSignal.MaxCalls)
            ? steps
            : throw new BadInputException($"--calls takes numbers from 1 to {CallerSignal.MaxCalls}, separated by commas.");
    }

    // Loopback only: a load is not a thing to send to other people's machines.
    private static ExistingRelay Existing(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var stream) || stream.Scheme != "ws" || !stream.IsLoopback)
        {
            throw new BadInputException("--relay takes the address of a relay on this machine, like ws://127.0.0.1:8080/stream.");
        }

        var gemini = Uri.TryCreate(Variable("Gemini__Endpoint"), UriKind.Absolute, out var endpoint) && endpoint.Scheme == "ws" && endpoint.IsLoopback
            ? endpoint.Port
            : throw new BadInputException("Gemini__Endpoint must be an address on this machine, like ws://127.0.0.1:5201: the load answers there for Gemini.");
        var key = new byte[256];
        if (!Convert.TryFromBase64String(Variable("PhoneAgent__TicketKey"), key, out var length))
        {
            throw new BadInputException("PhoneAgent__TicketKey is not base64.");
        }

        var token = Environment.GetEnvironmentVariable("Twilio__AuthToken");
        var target = new RelayTarget(stream, Variable("Twilio__AccountSid"), key[..length], token, Environment.GetEnvironmentVariable("PhoneAgent__StreamUrl"));
        return new ExistingRelay(target, gemini);
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new BadInputException($"{name} is missing: with --relay it must be in the environment as the relay has it.");
}
