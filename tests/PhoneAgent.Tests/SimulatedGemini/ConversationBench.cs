using System.Text.Json.Nodes;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Tests.Sound;

namespace PhoneAgent.Tests.GeminiSimulation;

/// <summary>Drives the simulated conversation through made-up time, 20 ms of the caller's sound after the other.</summary>
internal sealed class ConversationBench
{
    public const string Transcribed = """ "inputAudioTranscription": {}, "outputAudioTranscription": {} """;

    private static readonly short[] Loud = TestTone.Sine(400, GeminiWire.CallerRate, 0.02, -20);
    private static readonly short[] Quiet = new short[GeminiWire.CallerRate / 50];

    private readonly SimulatedConversation _conversation;

    public ConversationBench(ConversationScript script, string setupFields = Transcribed, ResumptionSnapshot? resumedFrom = null, Func<string, short[]>? voice = null)
    {
        var setup = JsonNode.Parse($$"""{ "model": "models/gemini-3.8-live", {{setupFields}} }""")!.AsObject();
        Assert.Null(SetupRules.Check(setup, "v1beta"));
        Session = new GeminiSession(7, "v1beta", setup, keepsSound: true, Events.Add);
        if (resumedFrom is not null)
        {
            Session.Resumed(resumedFrom);
        }

        Lines = new ConversationLines(script, voice ?? Voice);
        _conversation = new SimulatedConversation(LiveSetup.Read(setup), Lines, new ConversationPace(), Session, Handles);
    }

    public GeminiSession Session { get; }

    public ConversationLines Lines { get; }

    public ResumptionHandles Handles { get; } = new();

    public List<GeminiEvent> Events { get; } = [];

    public List<(int Ms, ServerMessage Message)> Sent { get; } = [];

    public TimeSpan Now { get; private set; }

    public int NowMs => (int)Now.TotalMilliseconds;

    public static ConversationScript Script(params string[] agentLines) =>
        new([.. agentLines.Select((line, i) => new ScriptTurn { Agent = line, Caller = i == 0 ? null : $"Caller line {i}." })]);

    /// <summary>A tenth of a second for each letter; each text a tone of its own.</summary>
    public static short[] Voice(string text) => TestTone.Sine(200 + (10 * text.Length), GeminiWire.AgentRate, text.Length / 10.0);

    /// <summary>When the first message that fits was sent.</summary>
    public int When(Func<ServerMessage, bool> fits) => Sent.First(sent => fits(sent.Message)).Ms;

    public void Silence(int ms) => Pass(Enumerable.Repeat(Quiet, ms / 20));

    public void Speak(int ms) => Pass(Enumerable.Repeat(Loud, ms / 20));

    public void Say(short[] sound) => Pass(sound.Chunk(Quiet.Length));

    public void Do(Action<SimulatedConversation, TimeSpan> what)
    {
        what(_conversation, Now);
        Collect();
    }

    private void Pass(IEnumerable<short[]> frames)
    {
        foreach (var frame in frames)
        {
            var next = Now + TimeSpan.FromMilliseconds(20);
            while (_conversation.Due <= next)
            {
                Now = _conversation.Due > Now ? _conversation.Due.Value : Now;
                _conversation.Advance(Now);
                Collect();
            }

            Now = next;
            Session.HearAudio(frame, "audio/pcm;rate=16000");
            _conversation.Hear(frame, Now);
            Collect();
        }
    }

    private void Collect() => Sent.AddRange(_conversation.TakeMessages().Select(message => (NowMs, message)));
}
