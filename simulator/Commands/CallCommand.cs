using System.CommandLine;
using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Outbound;
using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Simulator.Commands;

/// <summary><c>call</c>, also what happens without a command: one whole phone call on this machine.</summary>
internal static class CallCommand
{
    private static readonly Option<string?> Caller = new("--caller") { Description = "A WAV file with what the caller says, any rate, mono or stereo. Without --script the conversation adapts to it.", HelpName = "FILE.wav" };
    private static readonly Option<string?> Script = new("--script") { Description = "A JSON file with what caller and agent say. Lines without a shipped clip need espeak-ng.", HelpName = "FILE.json" };
    private static readonly Option<string> Out = new("--out") { Description = "The folder for conversation.wav, heard-by-gemini.wav, call.json and report.html.", HelpName = "DIR", DefaultValueFactory = _ => "out" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print call.json on standard output and nothing else." };

    private static readonly Option<bool> Outbound = new("--outbound") { Description = "Place the call through the owner's API instead of receiving it." };
    private static readonly Option<CalleeAnswer> Answer = new("--answer") { Description = "Who takes an outbound call: person, machine, busy or noAnswer.", HelpName = "WHO", DefaultValueFactory = _ => CalleeAnswer.Person };

    private static readonly Option<DialledPerson> Person = new("--person") { Description = "What a person does to whom the agent transfers the call: answers, declines, busy or noAnswer.", HelpName = "WHAT", DefaultValueFactory = _ => DialledPerson.Answers };

    private static readonly Option<string[]> Faults = new("--fault")
    {
        Description = $"What goes wrong, and when; may be given several times. The relay that has the call: {string.Join(", ", RelayFault.AllNames)}. Its connection to Gemini: {string.Join(", ", GeminiFault.AllNames)}.",
        HelpName = "NAME@SECONDS",
        CustomParser = result =>
        {
            foreach (var text in result.Tokens.Select(token => token.Value).Where(text => RelayFault.Parse(text) is null && GeminiFault.Parse(text) is null))
            {
                result.AddError($"There is no fault {text}. It is NAME@SECONDS, with one of: {string.Join(", ", RelayFault.AllNames.Concat(GeminiFault.AllNames))}.");
            }

            return [.. result.Tokens.Select(token => token.Value)];
        },
    };

    /// <summary>The command <c>call</c>.</summary>
    public static Command Create()
    {
        var command = new Command("call", "Hold one phone call: simulated Twilio, the real handlers and relay, simulated Gemini.");
        AddTo(command);
        return command;
    }

    /// <summary>Gives a command the options and the action of <c>call</c>.</summary>
    public static void AddTo(Command command)
    {
        command.Add(Caller);
        command.Add(Script);
        command.Add(Out);
        command.Add(Json);
        command.Add(Outbound);
        command.Add(Answer);
        command.Add(Person);
        command.Add(Faults);
        command.SetAction(RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult options, CancellationToken cancellation)
    {
        var lines = CallerLines.From(options.GetValue(Caller), options.GetValue(Script));
        var folder = new OutputFolder(options.GetValue(Out)!);
        var transcript = options.GetValue(Json) ? null : new LiveTranscript(Terminal.Create());
        var run = new ConversationRun(lines, HouseConfiguration.FromEnvironment(), folder.CallLog)
        {
            Callee = options.GetValue(Outbound) ? options.GetValue(Answer) : null,
            Person = options.GetValue(Person),
            RelayFaults = [.. (options.GetValue(Faults) ?? []).Select(RelayFault.Parse).OfType<RelayFault>()],
            Faults = [.. (options.GetValue(Faults) ?? []).Select(GeminiFault.Parse).OfType<GeminiFault>()],
            AgentLine = transcript is null ? null : transcript.AgentLine,
            PhoneEvent = transcript is null ? null : transcript.PhoneEvent,
            FaultHappened = transcript is null ? null : transcript.Fault,
        };

        var outcome = await run.RunAsync(cancellation);
        folder.Write(outcome);
        if (transcript is null)
        {
            Console.Out.WriteLine(outcome.Summary.ToJson());
        }
        else
        {
            transcript.Summary(outcome.Summary, folder);
        }

        if (outcome.Summary.Problem is { } problem)
        {
            await Console.Error.WriteLineAsync($"The call did not go as scripted: {problem}.");
            return ExitCodes.Failed;
        }

        return ExitCodes.Done;
    }
}
