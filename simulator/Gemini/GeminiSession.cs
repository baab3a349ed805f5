using System.Text.Json.Nodes;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>Everything one connection said and heard, for tests and <c>call.json</c>. Filled while the call runs; safe to read from anywhere.</summary>
public sealed class GeminiSession
{
    private readonly Lock _gate = new();
    private readonly List<short> _heard = [];
    private readonly List<string> _mimeTypes = [];
    private readonly List<string> _texts = [];
    private readonly List<HistoryTurn> _history = [];
    private readonly List<FunctionCall> _functionCalls = [];
    private readonly List<FunctionResponse> _functionResponses = [];
    private readonly List<HeardUtterance> _utterances = [];
    private readonly List<SpokenLine> _lines = [];
    private readonly List<GeminiInterruption> _interruptions = [];
    private readonly List<string> _foreign = [];
    private readonly bool _keepsSound;
    private readonly Action<GeminiEvent> _tell;
    private TaskCompletionSource _changed = NewSignal();
    private long _samplesHeard;
    private int _audioMessages;
    private long _messagesConsumed;
    private ResumptionSnapshot? _resumedFrom;
    private GeminiClose? _close;
    private bool _closedByClient;

    internal GeminiSession(int number, string apiVersion, JsonObject setup, bool keepsSound, Action<GeminiEvent> tell)
    {
        Number = number;
        ApiVersion = apiVersion;
        Setup = setup;
        _keepsSound = keepsSound;
        _tell = tell;
    }

    /// <summary>1 for the first session of the server.</summary>
    public int Number { get; }

    /// <summary>The version in the path: <c>v1</c>, <c>v1beta</c> or <c>v1alpha</c>.</summary>
    public string ApiVersion { get; }

    /// <summary>The setup as received, without the key <c>setup</c> around it.</summary>
    public JsonObject Setup { get; }

    /// <summary>Paths of the fields in the setup that the Live API does not have.</summary>
    public IReadOnlyList<string> UnknownSetupFields => [.. SetupFields.Unknown(Setup)];

    /// <summary>The caller's samples received, 16 kHz.</summary>
    public long SamplesHeard => Read(() => _samplesHeard);

    /// <summary>Messages consumed after the setup.</summary>
    public long MessagesConsumed => Read(() => _messagesConsumed);

    /// <summary>The messages they came in.</summary>
    public int AudioMessages => Read(() => _audioMessages);

    /// <summary>The different mime types they had.</summary>
    public IReadOnlyList<string> MimeTypes => Copy(_mimeTypes);

    /// <summary>Texts received as <c>realtimeInput.text</c>.</summary>
    public IReadOnlyList<string> Texts => Copy(_texts);

    /// <summary>Turns received as <c>clientContent</c>.</summary>
    public IReadOnlyList<HistoryTurn> History => Copy(_history);

    /// <summary>Functions the model called.</summary>
    public IReadOnlyList<FunctionCall> FunctionCalls => Copy(_functionCalls);

    /// <summary>Answers to them as received, also doubled or unasked ones.</summary>
    public IReadOnlyList<FunctionResponse> FunctionResponses => Copy(_functionResponses);

    /// <summary>What the caller said.</summary>
    public IReadOnlyList<HeardUtterance> Utterances => Copy(_utterances);

    /// <summary>What the agent said.</summary>
    public IReadOnlyList<SpokenLine> Lines => Copy(_lines);

    /// <summary>When the caller cut the agent off.</summary>
    public IReadOnlyList<GeminiInterruption> Interruptions => Copy(_interruptions);

    /// <summary>Names of things received that the simulator ignores.</summary>
    public IReadOnlyList<string> Ignored => Copy(_foreign);

    /// <summary>The snapshot whose handle the setup gave; null for a new conversation.</summary>
    public ResumptionSnapshot? ResumedFrom => Read(() => _resumedFrom);

    /// <summary>How the connection ended; null while it lives. 1006 when it broke.</summary>
    public GeminiClose? Close => Read(() => _close);

    /// <summary>Whether the client closed first.</summary>
    public bool ClosedByClient => Read(() => _closedByClient);

    /// <summary>All of the caller's sound received, 16 kHz mono; empty when the server was told not to keep it.</summary>
    public short[] Heard() => Read(() => _heard.ToArray());

    /// <summary>Waits until the session is as wanted.</summary>
    /// <exception cref="OperationCanceledException">It did not become so in time.</exception>
    public async Task WaitUntilAsync(Func<GeminiSession, bool> wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = Read(() => _changed.Task);
            if (wanted(this))
            {
                return;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Consumes something the client said: it is remembered, and the conversation learns of it.</summary>
    /// <param name="said">What.</param>
    /// <param name="conversation">Null while it takes in nothing.</param>
    /// <param name="now">Since the connection was accepted.</param>
    /// <returns>Why it is refused; null when it is not.</returns>
    internal GeminiClose? Take(ClientMessage said, SimulatedConversation? conversation, TimeSpan now)
    {
        Consume();
        switch (said)
        {
            case AudioMessage audio:
                HearAudio(audio.Samples, audio.MimeType);
                conversation?.Hear(audio.Samples, now);
                return null;
            case TextMessage text:
                Add(text.Text);
                conversation?.Read(text.Text, now);
                return null;
            case AudioStreamEndMessage:
                conversation?.HearEnd(now);
                return null;
            case ActivityStartMessage or ActivityEndMessage:
                return conversation?.BeTold(said is ActivityStartMessage, now);
            case ContentMessage content:
                Add(content.Turns);
                return conversation?.Read(content.Turns, content.TurnComplete, now);
            case ToolResponseMessage toolResponse:
                foreach (var response in toolResponse.Responses)
                {
                    Add(response);
                    conversation?.Read(response, now);
                }

                return null;
            default:
                AddIgnored(((ForeignMessage)said).Name);
                return null;
        }
    }

    internal void HearAudio(ReadOnlySpan<short> samples, string mimeType)
    {
        lock (_gate)
        {
            _samplesHeard += samples.Length;
            _audioMessages++;
            if (_keepsSound)
            {
                _heard.AddRange(samples);
            }

            if (!_mimeTypes.Contains(mimeType))
            {
                _mimeTypes.Add(mimeType);
            }

            Signal();
        }
    }

    /// <summary>A message of the client begins to be consumed.</summary>
    internal void Consume()
    {
        lock (_gate)
        {
            _messagesConsumed++;
        }
    }

    internal void Add(string text) => Change(() => _texts.Add(text));

    internal void Add(IEnumerable<HistoryTurn> turns) => Change(() => _history.AddRange(turns));

    internal void Add(FunctionCall call) => Change(() => _functionCalls.Add(call), new FunctionWasCalled(call.At, call));

    internal void Add(FunctionResponse response) => Change(() => _functionResponses.Add(response));

    internal void Add(HeardUtterance utterance) => Change(() => _utterances.Add(utterance), new CallerWasHeard(utterance.NoticedAt, utterance));

    internal void Add(SpokenLine line) => Change(() => _lines.Add(line), new AgentBegan(line.StartedAt, line.Text));

    internal void AddIgnored(string name) => Change(() => _foreign.Add(name));

    internal void Resumed(ResumptionSnapshot from) => Change(() => _resumedFrom = from);

    /// <summary>The line being spoken got further.</summary>
    internal void LineGenerated(int ms) => Change(() => _lines[^1] = _lines[^1] with { GeneratedMs = ms });

    /// <summary>The line being spoken was heard to its end.</summary>
    internal void LineFinished(TimeSpan at) =>
        Change(() => _lines[^1] = _lines[^1] with { State = LineState.Complete }, new AgentFinished(at, _lines[^1].Text));

    /// <summary>The line being spoken was cut off.</summary>
    internal void LineInterrupted(GeminiInterruption interruption) => Change(
        () =>
        {
            _lines[^1] = _lines[^1] with { State = LineState.Interrupted };
            _interruptions.Add(interruption);
        },
        new AgentWasInterrupted(interruption.At, interruption));

    /// <summary>The first end counts.</summary>
    internal void End(GeminiClose close, bool byClient) => Change(() => (_close, _closedByClient) = _close is null ? (close, byClient) : (_close, _closedByClient));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(Action change, GeminiEvent? what = null)
    {
        lock (_gate)
        {
            change();
            Signal();
        }

        if (what is not null)
        {
            _tell(what);
        }
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private T[] Copy<T>(List<T> list) => Read(() => list.ToArray());
}
