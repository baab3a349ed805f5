using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Tests.Sound;

namespace PhoneAgent.Tests.GeminiSimulation;

/// <summary>One simulated Gemini on loopback, with lines of 0.3 s, a stock phrase of 10 s and a quick mind.</summary>
public sealed class GeminiServerFixture : IAsyncLifetime
{
    public const string Greeting = "Hello there.";
    public const string Answer = "Very well, thank you.";

    public SimulatedGeminiServer Server { get; private set; } = null!;

    public static SimulatedGeminiOptions Options { get; } = new()
    {
        ApiKey = LiveClient.Key,
        Script = new ConversationScript([new ScriptTurn { Agent = Greeting }, new ScriptTurn { Caller = "How are you?", Agent = Answer }]),
        AgentVoice = text => TestTone.Sine(50 * text.Length, GeminiWire.AgentRate, text == ConversationLines.StockPhrase ? 10 : 0.3),
        ThinkTime = TimeSpan.FromMilliseconds(10),
    };

    public async Task InitializeAsync() => Server = await SimulatedGeminiServer.StartAsync(Options);

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
