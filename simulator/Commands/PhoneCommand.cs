using System.CommandLine;
using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;

namespace PhoneAgent.Simulator.Commands;

/// <summary><c>phone</c>: the simulated Twilio alone, calling any webhook.</summary>
internal static class PhoneCommand
{
    private static readonly Option<Uri?> Incoming = UrlOption.Create("--incoming", "The voice webhook to call.", required: true);
    private static readonly Option<string?> Caller = new("--caller") { Description = "A WAV file with what the caller says; without it the lines of the demo call.", HelpName = "FILE.wav" };

    /// <summary>The command <c>phone</c>.</summary>
    public static Command Create()
    {
        var command = new Command("phone", "Call a webhook as Twilio would. It signs with Twilio__AccountSid and Twilio__AuthToken.");
        command.Add(Incoming);
        command.Add(Caller);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult options, CancellationToken cancellation)
    {
        var (accountSid, authToken) = (Required("Twilio__AccountSid"), Required("Twilio__AuthToken"));
        var lines = CallerLines.From(options.GetValue(Caller), script: null);
        var transcript = new LiveTranscript(Terminal.Create());
        using var phone = new SimulatedPhone(new PhoneSettings { AccountSid = accountSid, AuthToken = authToken, IncomingUrl = options.GetValue(Incoming)! });
        var script = lines.Script with { CallerStays = false }; // whoever answers, they need not know how the demo call ends
        var call = await phone.CallAsync(new ScriptedCaller(script, lines.Clips), transcript.PhoneEvent, cancellation);
        var problem = call.Errors is [var error, ..] ? $"Twilio would log error {error.Code}: {error.Message}" : call.Complaint;
        if (problem is null)
        {
            return ExitCodes.Done;
        }

        await Console.Error.WriteLineAsync($"The call did not go well: {problem}.");
        return ExitCodes.Failed;
    }

    private static string Required(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new BadInputException($"{variable} is not set. The webhook accepts only requests signed with the account it is configured with.");
}
