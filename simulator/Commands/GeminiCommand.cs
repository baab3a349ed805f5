using System.CommandLine;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Simulator.Commands;

/// <summary><c>gemini</c>: the simulated Gemini Live alone, for any client of the real one.</summary>
internal static class GeminiCommand
{
    private static readonly Option<int> Port = new("--port") { Description = "The port on this machine.", Required = true };

    /// <summary>The command <c>gemini</c>.</summary>
    public static Command Create()
    {
        var command = new Command("gemini", "Serve the simulated Gemini Live until Ctrl+C. The key it accepts is Gemini__ApiKey.");
        command.Add(Port);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult options, CancellationToken cancellation)
    {
        var key = Environment.GetEnvironmentVariable("Gemini__ApiKey");
        if (string.IsNullOrEmpty(key))
        {
            throw new Conversation.BadInputException("Gemini__ApiKey is not set. Set it to any text and give clients the same: it is the key this Gemini accepts.");
        }

        await using var server = await SimulatedGeminiServer.StartAsync(
            new SimulatedGeminiOptions { ApiKey = key, Script = ConversationScript.Adaptive, KeepsSound = false }, options.GetValue(Port), cancellation);
        Console.WriteLine($"Gemini__Endpoint={server.Endpoint}");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C
        }

        return ExitCodes.Done;
    }
}
