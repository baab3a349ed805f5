using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.Tests.Measurements;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay;

/// <summary>
/// What a whole call session allocates while audio flows and everything is measured, with sockets that allocate nothing. Alone, because other tests make
/// the garbage collector trim what the runtime keeps for a thread.
/// </summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests : IDisposable
{
    private const int Frames = 10_000;
    private const string Call = "CA00000000000000000000000000000001";

    private static readonly byte[] CallerFrame = Encoding.UTF8.GetBytes($$$"""{"event":"media","sequenceNumber":"4","streamSid":"MZ1","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"{{{Convert.ToBase64String(new byte[160])}}}"}}""");

    private static readonly byte[] AgentChunk = Encoding.UTF8.GetBytes($$$$"""
        {
          "serverContent": {
            "modelTurn": { "parts": [ { "inlineData": { "mimeType": "audio/pcm;rate=24000", "data": "{{{{Convert.ToBase64String(new byte[40 * 48])}}}}" } } ] },
            "outputTranscription": { "text": " word" }
          },
          "usageMetadata": { "totalTokenCount": 120 }
        }
        """);

    private static readonly byte[] CallerWord = Encoding.UTF8.GetBytes("""{"serverContent":{"inputTranscription":{"text":" w\u00f6rd"}}}""");
    private static readonly byte[] TurnComplete = Encoding.UTF8.GetBytes("""{"serverContent":{"generationComplete":true,"turnComplete":true}}""");

    private readonly ManualTime _time = new();
    private readonly FedSocket _twilio = new();
    private readonly FedSocket _gemini = new();
    private readonly byte[] _echo = new byte[256];
    private readonly Exported _exported = new();
    private readonly Pacer _pacer;
    private readonly CallPlace _place;
    private readonly MemoryCallLog _log = new();
    private int _echoLength;
    private long _storing;

    public AllocationTests()
    {
        // What is measured takes large tables: the collection they bring about must be over before anything is counted.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _pacer = new Pacer(_time);
        _place = new ActiveCalls(() => 10).TryAdmit(CallSid.Parse(Call), out _)!;
    }

    public void Dispose()
    {
        _place.Dispose();
        _pacer.Dispose();
        _exported.Dispose();
    }

    [Fact]
    public async Task A_callers_frame_costs_no_allocation()
    {
        var session = Begin();
        for (var i = 0; i < 2_000; i++)
        {
            HearFrame(); // until 30 s are held, and no more
        }

        var sent = _gemini.Sent;
        var before = Allocated;
        for (var i = 0; i < Frames; i++)
        {
            HearFrame();
        }

        var allocated = Allocated - before;
        Assert.Equal(Frames, _gemini.Sent - sent);
        Assert.Equal(0, allocated);
        await EndAsync(session);
    }

    [Fact]
    public async Task An_agents_chunk_with_its_words_marks_and_pacing_costs_no_allocation()
    {
        var session = Begin();
        _twilio.OnSent = KeepMark;
        for (var turn = 0; turn < 20; turn++)
        {
            SpeakTurn();
        }

        var sent = _twilio.Sent;
        var allocated = 0L;
        for (var turn = 0; turn < Frames / 50; turn++)
        {
            allocated += SpeakTurn();
        }

        // For 40 ms each one message of media, and a mark for every 100 to 120 ms.
        Assert.True(_twilio.Sent - sent >= Frames * 4 / 3, $"{_twilio.Sent - sent} messages");
        Assert.Equal(0, allocated);
        await EndAsync(session);
    }

    // What this thread has allocated, without what the log's loop did when it stored something: it goes on where time does.
    private long Allocated => GC.GetAllocatedBytesForCurrentThread() - _storing;

    // A turn of two seconds in real time; what its words and chunks allocate. Where what was said becomes a fact for the
    // log, at the first chunk and at the turn's end, is not counted.
    private long SpeakTurn()
    {
        var before = Allocated;
        for (var word = 0; word < 10; word++)
        {
            _gemini.Feed(CallerWord);
            HearFrame();
        }

        var words = Allocated - before;
        _gemini.Feed(AgentChunk);
        before = Allocated;
        for (var chunk = 0; chunk < 50; chunk++)
        {
            _gemini.Feed(AgentChunk);
            EchoMark();
            for (var frame = 0; frame < 2; frame++)
            {
                HearFrame();
                EchoMark();
            }
        }

        var allocated = Allocated - before;
        _gemini.Feed(TurnComplete);
        for (var frame = 0; frame < 50; frame++)
        {
            HearFrame();
            EchoMark();
        }

        return words + allocated;
    }

    private void HearFrame()
    {
        _twilio.Feed(CallerFrame);
        var (stored, before) = (_log.Events.Count, GC.GetAllocatedBytesForCurrentThread());
        _time.Advance(TimeSpan.FromMilliseconds(20));
        if (_log.Events.Count > stored)
        {
            _storing += GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private void KeepMark(FedSocket twilio)
    {
        if (twilio.Last.Span.StartsWith("{\"event\":\"mark\""u8))
        {
            twilio.Last.Span.CopyTo(_echo);
            _echoLength = twilio.Last.Length;
        }
    }

    private void EchoMark()
    {
        if (_echoLength > 0)
        {
            var length = _echoLength;
            _echoLength = 0;
            _twilio.Feed(_echo.AsMemory(0, length));
        }
    }

    private Task<CallEnd> Begin()
    {
        // As in the relay: continuations run where the message arrives, here on the test's own thread.
        SynchronizationContext.SetSynchronizationContext(null);
        var services = new CallServices(
            _log, new FedConnector(_gemini), _ => new AgentProfile { Instructions = "x", IdleSeconds = 0 }, _pacer, _time, () => "owner", NullLogger.Instance);
        var limits = new CallLimits("AC1", "model", TimeSpan.FromHours(10));
        var running = new CallSession(services, limits, new AdmittedTicket(CallSid.Parse(Call), new string('a', 32)), _place, _twilio).RunAsync();
        _twilio.Feed($$$$"""{"event":"start","streamSid":"MZ1","start":{"accountSid":"AC1","callSid":"{{{{Call}}}}","streamSid":"MZ1"}}""");
        _gemini.Feed("""{"setupComplete":{}}""");
        return running;
    }

    private async Task EndAsync(Task<CallEnd> session)
    {
        _twilio.Feed("""{"event":"stop"}""");
        _gemini.Close();
        _twilio.Close();
        while (!session.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal(EndReason.CallerHungUp, (await session).Reason);
    }

    private sealed class FedConnector(FedSocket socket) : IGeminiConnector
    {
        public Task<GeminiConnecting> ConnectAsync(CancellationToken cancellation) => Task.FromResult(new GeminiConnecting(socket, null));
    }
}
