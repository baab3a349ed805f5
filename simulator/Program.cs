using System.CommandLine;
using Microsoft.Extensions.Options;
using PhoneAgent.Simulator.Commands;
using PhoneAgent.Simulator.Conversation;

// As in the relay's own process: read once by the runtime, before the first socket.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var root = new RootCommand("A phone in a box: a whole phone call with the agent, without any account.");
CallCommand.AddTo(root);
root.Add(CallCommand.Create());
root.Add(LoadCommand.Create());
root.Add(ServeCommand.Create());
root.Add(GeminiCommand.Create());
root.Add(PhoneCommand.Create());
root.Add(DoctorCommand.Create());

var options = root.Parse(args);
try
{
    var exit = await options.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    return options.Errors.Count > 0 ? ExitCodes.BadInput : exit;
}
catch (BadInputException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return ExitCodes.BadInput;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Broken off."); // Ctrl+C
    return ExitCodes.Failed;
}
catch (OptionsValidationException e)
{
    await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, e.Failures));
    return ExitCodes.BadInput;
}
