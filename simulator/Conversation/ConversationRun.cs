using System.Net;
using System.Text.Json.Nodes;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Outbound;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Phone.Streams;
using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Simulator.Conversation;

/// <summary>What one simulated call left behind.</summary>
/// <param name="Summary">For <c>call.json</c>.</param>
/// <param name="Call">The phone's side.</param>
/// <param name="HeardByGemini">What Gemini heard, PCM16, 16 kHz.</param>
/// <param name="Setups">How each of Gemini's sessions was set up.</param>
/// <param name="Report">The call as a page, for <c>report.html</c>.</param>
internal sealed record ConversationOutcome(CallSummary Summary, CallResult Call, short[] HeardByGemini, IReadOnlyList<JsonObject> Setups, string Report);

/// <summary>Holds one scripted call through the whole house and judges it.</summary>
internal sealed class ConversationRun(CallerLines lines, HouseConfiguration configuration, string callLog)
{
    private const int SamplesPerFrame = 320; // 20 ms at 16 kHz

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <summary>Tells each line the agent begins, as Gemini generates it.</summary>
    public Action<string>? AgentLine { get; init; }

    /// <summary>Tells what happens at the phone.</summary>
    public Action<PhoneEvent>? PhoneEvent { get; init; }

    /// <summary>Tells each fault by its name when it happens.</summary>
    public Action<string>? FaultHappened { get; init; }

    /// <summary>Who answers an outbound call; null for an inbound one.</summary>
    public CalleeAnswer? Callee { get; init; }

    /// <summary>What a person does whom the agent transfers the call to.</summary>
    public DialledPerson Person { get; init; } = DialledPerson.Answers;

    /// <summary>What happens to the relay that has the call; the others are two processes of their own then.</summary>
    public IReadOnlyList<RelayFault> RelayFaults { get; init; } = [];

    // One for each that ends, and the one that is left; none of their own when nothing happens to them.
    private int Relays => RelayFaults.Count == 0 ? 0 : RelayFaults.Count + 1;

    /// <summary>What happens to the connection to Gemini.</summary>
    public IReadOnlyList<GeminiFault> Faults { get; init; } = [];

    /// <summary>Runs the call to its end.</summary>
    public async Task<ConversationOutcome> RunAsync(CancellationToken cancellation)
    {
        var options = new SimulatedGeminiOptions
        {
            ApiKey = Guid.NewGuid().ToString("n"),
            Script = lines.Script,
            Faults = Faults,
            FaultHappened = fault => FaultHappened?.Invoke(fault.Name),
            Observer = (_, what) =>
            {
                if (what is Gemini.AgentBegan began)
                {
                    AgentLine?.Invoke(began.Line);
                }
            },
        };
        return Callee is { } answer ? await PlaceAsync(options, answer, cancellation) : await ReceiveAsync(options, cancellation);
    }

    private async Task<ConversationOutcome> ReceiveAsync(SimulatedGeminiOptions options, CancellationToken cancellation)
    {
        await using var house = await SimulatedHouse.OpenAsync(configuration, options, callLog, replicas: Relays);
        using var phone = new SimulatedPhone(house.PhoneSettings().With(Person));
        var (call, misfortune) = await WithFaultsAsync(house, phone.CallAsync(Caller(options), PhoneEvent, cancellation), cancellation);
        return await JudgeAsync(house, call, misfortune, cancellation);
    }

    private async Task<ConversationOutcome> PlaceAsync(SimulatedGeminiOptions options, CalleeAnswer answer, CancellationToken cancellation)
    {
        OutboundOrder.Allow(configuration);
        var callee = new Callee { Answer = answer, Voice = () => answer == CalleeAnswer.Person ? Caller(options) : new SilentCaller(TimeSpan.FromSeconds(30)), OnEvent = PhoneEvent };
        await using var house = await SimulatedHouse.OpenAsync(configuration, options, callLog, callee, replicas: Relays);
        var callSid = await OutboundOrder.PlaceAsync(house, cancellation);
        var (call, misfortune) = await WithFaultsAsync(house, house.Placer!.ResultAsync(callSid).WaitAsync(cancellation), cancellation);
        return await JudgeAsync(house, call, misfortune, cancellation);
    }

    private ScriptedCaller Caller(SimulatedGeminiOptions gemini) =>
        new(lines.Script, lines.Clips, agentClips: text => Resampling.Convert(gemini.AgentVoice(text), GeminiWire.AgentRate, 1_000 * LineFrames.BytesPerMs));

    // The call while things happen to its relays; and what was wrong with how those ended.
    private async Task<(CallResult Call, string? Misfortune)> WithFaultsAsync(SimulatedHouse house, Task<CallResult> calling, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var faults = RelayFaults.Select(fault => HappenAsync(house.Replicas!, fault, over.Token)).ToList();
        try
        {
            return (await calling, (await EndedAsync()).OfType<string>().FirstOrDefault());
        }
        finally
        {
            await EndedAsync();
        }

        async Task<string?[]> EndedAsync()
        {
            await over.CancelAsync();
            return await Task.WhenAll(faults);
        }
    }

    // What was wrong with how the relay ended; null when nothing was.
    private async Task<string?> HappenAsync(Replicas replicas, RelayFault fault, CancellationToken over)
    {
        try
        {
            await Task.Delay(fault.At, over);
        }
        catch (OperationCanceledException)
        {
            return $"the call was over before {fault.At.TotalSeconds:0.#} s";
        }

        FaultHappened?.Invoke(fault.Name);
        var busiest = replicas.Busiest();
        if (fault.Kind == RelayFaultKind.Terminated)
        {
            return await replicas.TerminateAsync(busiest);
        }

        replicas.Kill(busiest);
        return null;
    }

    private async Task<ConversationOutcome> JudgeAsync(SimulatedHouse house, CallResult call, string? misfortune, CancellationToken cancellation)
    {
        await house.WaitUntilIdleAsync(Settling);

        var sessions = house.Gemini.Sessions;
        var record = await RecordAsync(house, call.CallSid, cancellation);
        return new ConversationOutcome(Summarise(call, house.Gemini, record, misfortune), call, [.. sessions.SelectMany(session => session.Heard())], [.. sessions.Select(session => session.Setup)], await house.ReportAsync(call.CallSid, OutputFolder.RecordingName, cancellation));
    }

    private static async Task<JsonNode?> RecordAsync(SimulatedHouse house, string callSid, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(house.LocalWebhooks, $"/api/calls/{callSid}"));
        request.Headers.Add("x-functions-key", house.FunctionKey);
        using var response = await http.SendAsync(request, cancellation);
        return response.StatusCode == HttpStatusCode.OK ? JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation)) : null;
    }

    private CallSummary Summarise(CallResult call, SimulatedGemini gemini, JsonNode? record, string? misfortune)
    {
        var sessions = gemini.Sessions;
        var spoken = sessions.SelectMany(session => session.Lines).ToList();
        var answers = Answers(spoken);
        var cut = sessions.SelectMany(session => session.Interruptions).ToList();
        var framesHeard = sessions.Sum(session => session.SamplesHeard) / (double)SamplesPerFrame;
        var problem = misfortune is not null ? misfortune
            : gemini.Faults.Coming is [var coming, ..] ? $"the call was over before {coming}"
            : Callee is { } answer and not CalleeAnswer.Person
            ? Verdict.ProblemOfUnanswered(answer, call, sessions.Count, record)
            : Verdict.Problem(lines.Script, call, sessions, framesHeard, record, RelayFaults, isFaulted: Faults.Count > 0);
        return new CallSummary
        {
            Ok = problem is null,
            Problem = problem,
            CallSid = call.CallSid,
            End = call.Ending.ToString(),
            DurationMs = call.DurationMs,
            StoodMs = call.StoodMs,
            Turns = [.. call.Turns.Select((turn, i) => new SummaryTurn(turn.Caller, answers.ElementAtOrDefault(i), turn.ResponseMs, turn.CallerBeginMs, turn.AnswerBeginMs, turn.AnswerEndMs))],
            Utterances = [.. sessions.SelectMany(session => session.Utterances.Select(heard => new SummaryUtterance(heard.Text, session.Number, Ms(heard.StartSample), Ms(heard.EndSample - heard.StartSample))))],
            Interruptions = [.. call.Interruptions.Select((one, i) => new SummaryInterruption(one.ClearMs, one.SilentMs, one.HeardMs, (cut.Find(line => line.Line == answers.ElementAtOrDefault(one.Turn - 1)) ?? cut.ElementAtOrDefault(i))?.GeneratedMs))],
            CallerFramesSent = call.CallerFramesSent,
            CallerFramesAfterEnd = call.CallerFramesAfterEnd,
            CallerFramesHeard = framesHeard,
            AgentMsGenerated = spoken.Sum(line => line.GeneratedMs),
            AgentMsHeard = call.AgentMsHeard,
            SpeechGaps = [.. call.Gaps.Select(gap => new SummaryGap(gap.AtMs, (int)gap.Ms))],
            StreamGaps = [.. call.Streams.Zip(call.Streams.Skip(1)).Select(pair => new SummaryGap(pair.First.EndedAtMs, pair.Second.OpenedAtMs - pair.First.EndedAtMs))],
            Errors = [.. call.Errors.Select(error => new SummaryError(error.Code, error.Message))],
            Record = record,
        };
    }

    private static int Ms(long samples) => (int)(samples / (SamplesPerFrame / LineFrames.Ms));

    // The agent's lines without those that only go on with the one before, after a connection was lost.
    private static List<string> Answers(IEnumerable<Gemini.SpokenLine> spoken)
    {
        var answers = new List<string>();
        foreach (var line in spoken)
        {
            if (answers is not [.., var before] || !before.EndsWith(line.Text, StringComparison.Ordinal))
            {
                answers.Add(line.Text);
            }
        }

        return answers;
    }
}
