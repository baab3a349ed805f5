using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.Simulator.Sound;
using PhoneAgent.Tests.Speech;
using Xunit.Abstractions;

namespace PhoneAgent.Tests.Browser;

/// <summary>The softphone in a real Chromium whose microphone hears a file.</summary>
[Collection(RealTimeCollection.Name)]
public sealed class SoftphoneRealTimeTests(ITestOutputHelper output)
{
    private const int Sentence = 4;
    private const int Rate = 48_000;

    [NeedsChromiumFact]
    public async Task A_call_from_the_page_connects_is_understood_is_heard_and_ends_on_both_sides()
    {
        var wav = Path.Combine(Path.GetTempPath(), $"microphone-{Guid.NewGuid():n}.wav");
        try
        {
            // Eight seconds for the greeting, then the sentence; spoken only where there is a voice for it.
            var spoken = SpeechTools.Missing is null ? Orders.Spoken[Sentence] : [.. Enumerable.Range(0, 16_000).Select(i => (short)(i / 20 % 2 == 0 ? 4_000 : -4_000))];
            WavFile.WriteMono(wav, [.. new short[8 * Rate], .. Resampling.Convert(spoken, 8_000, Rate), .. new short[30 * Rate]], Rate);
            await using var house = await SoftphoneHouse.OpenAsync();
            var seen = await Chromium.Scripts.AskAsync("hold-call.mjs", new JsonObject
            {
                ["url"] = $"{house.Origin}?token={house.Token}",
                ["wav"] = wav,
                ["words"] = "Certainly.",
                ["shot"] = Environment.GetEnvironmentVariable("PHONEAGENT_SHOTS"),
            });
            output.WriteLine(seen.ToJsonString());

            // Seen in the page.
            Assert.Empty(seen["elsewhere"]!.AsArray());
            Assert.Empty(seen["complaints"]!.AsArray());
            Assert.Equal(["Ready to call", "In call", "Call ended"], Looks(seen, "status"));
            Assert.Equal(["hangup", "call"], Looks(seen, "focus").Skip(1));
            Assert.All(seen["looks"]!.AsObject(), look => Assert.True((int)look.Value!["overflow"]! <= 0));
            var talk = seen["talk"]!.AsArray().Select(line => (string)line!).ToList();
            Assert.Contains("Hello.", talk);
            Assert.Contains(talk, line => line.EndsWith("Certainly.", StringComparison.Ordinal) && line.StartsWith("after ", StringComparison.Ordinal));
            Assert.Contains("Key 5", talk);
            Assert.Equal(["true Unmute", "false Mute"], seen["mute"]!.AsArray().Select(one => (string)one!));
            Assert.Equal("Call report", (string)seen["report"]!);

            // Heard from the loudspeaker.
            Assert.InRange((double)seen["heard"]!["level"]!, 0.05, 1);
            Assert.InRange((double)seen["heard"]!["hertz"]!, SoftphoneHouse.Hertz - 15, SoftphoneHouse.Hertz + 15);

            // Ended on the other side.
            var session = Assert.Single(house.Gemini.Sessions);
            await session.WaitUntilAsync(one => one.Close is not null, Patience.Token);
            Assert.Equal(0, house.ActiveCalls);
            var record = await house.OnlyCallAsync();
            Assert.Equal(EndReason.CallerHungUp, record.End!.Reason);
            Assert.Equal("5", record.Digits);
            Assert.NotNull(record.Transcript.Last(turn => turn.Speaker == PhoneAgent.Core.Calls.Speaker.Agent).ResponseMs);

            // Recognised on the other side.
            var heard = session.Heard();
            if (Environment.GetEnvironmentVariable("PHONEAGENT_SHOTS") is { } shots)
            {
                WavFile.WriteMono(shots + "-heard.wav", heard, 16_000);
            }

            Assert.True(heard.Any(sample => Math.Abs((int)sample) > 3_000), "Gemini heard nothing.");
            if (SpeechTools.Missing is null)
            {
                Assert.Equal(Orders.Sentences[Sentence], Assert.Single(await Recogniser.RecogniseAsync([Around(heard)], Orders.Grammar)));
            }
        }
        finally
        {
            File.Delete(wav);
        }
    }

    [NeedsChromiumFact]
    public async Task The_pages_own_sound_processing_is_a_telephones()
    {
        var sound = await Chromium.Scripts.AskAsync("hear-sound.mjs", new JsonObject());
        var linear = new short[256];
        MuLaw.Decode([.. Enumerable.Range(0, 256).Select(code => (byte)code)], linear);
        Assert.Equal(linear.Select(one => (int)one), sound["codes"]!.AsArray().Select(one => (int)one!));

        // Of the two zeros the positive one is spoken.
        Assert.Equal(Enumerable.Range(0, 256).Select(code => code == 0x7F ? 0xFF : code), sound["again"]!.AsArray().Select(one => (int)one!));
        foreach (var tone in sound["tones"]!.AsArray())
        {
            var (hertz, db) = ((int)tone!["hertz"]!, (double)tone["db"]!);
            Assert.True(hertz <= 3_000 ? Math.Abs(db) < 0.2 : db < -60, $"{tone}");
            Assert.InRange((int)tone["samples"]!, 7_960, 8_000); // the filter holds the last four milliseconds
        }

        Assert.All(sound["up"]!.AsArray(), tone => Assert.InRange((double)tone!["db"]!, -0.2, 0.2));

        // Muted, not one frame has a sound.
        Assert.Equal([true, false, true], sound["mute"]!.AsArray().Select(one => (int)one!["loud"]! == (int)one["frames"]!));
        Assert.Equal(0, (int)sound["mute"]![1]!["loud"]!);

        // Six frames are gathered before the first is played; a stall of 40 leaves no more than the six newest.
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0], sound["jitter"]!["frames"]!.AsArray().Select(one => (int)one!));
        Assert.InRange((int)sound["jitter"]!["waiting"]!, 6, 25);
    }

    // What is loud, with some silence around it.
    private static short[] Around(short[] heard)
    {
        var first = Array.FindIndex(heard, sample => Math.Abs((int)sample) > 1_500);
        var last = Array.FindLastIndex(heard, sample => Math.Abs((int)sample) > 1_500);
        return heard[Math.Max(0, first - 4_800)..Math.Min(heard.Length, last + 4_800)];
    }

    private static IEnumerable<string> Looks(JsonNode seen, string what) => seen["looks"]!.AsObject().Select(look => (string)look.Value![what]!);
}

/// <summary>The page's fault buttons: what they do, and pressed in a real Chromium.</summary>
[SideBySide(20)]
public sealed class SoftphoneFaultTests(ITestOutputHelper output)
{
    private const int Rate = 48_000;
    private const int HeardRate = 16_000;

    [Fact]
    public async Task The_fault_buttons_lose_what_they_say_and_the_call_goes_on()
    {
        await using var house = await SoftphoneHouse.OpenAsync();
        using var page = new SoftphonePage(house);
        await page.CallAsync();
        await page.UntilAsync(one => one["type"]!.ToString() == "agent");
        await page.TellAsync("""{"type":"fault","name":"stream","on":true}""");
        await page.UntilAsync(one => one["text"]?.ToString() == "The stream was lost.");
        await page.UntilAsync(one => one["type"]!.ToString() == "connected");
        await page.UntilAsync(one => one["type"]!.ToString() == "agent" || one["type"]!.ToString() == "caller");
        await page.TellAsync("""{"type":"fault","name":"gemini","on":true}""");
        await page.UntilAsync(one => one["text"]?.ToString().StartsWith("New connection to Gemini (Lost)", StringComparison.Ordinal) == true);
        await page.TellAsync("nonsense");
        await page.TellAsync("""{"type":"digit","digit":"12"}""");
        await page.TellAsync("""{"type":"digit","digit":"7"}""");
        await page.TellAsync("""{"type":"hangup"}""");
        var over = await page.UntilAsync(one => one["type"]!.ToString() == "over");

        var call = CallSid.Parse(over["callSid"]!.ToString());
        var record = CallRecord.From(call, await house.Log.ReadAsync(call, default));
        Assert.Equal([EndReason.StreamLost, EndReason.CallerHungUp], record.Attempts.Select(attempt => attempt.End!.Reason));
        Assert.Equal("7", record.Digits);
        Assert.True(page.FramesHeard > 100, $"{page.FramesHeard} frames");
    }

    [NeedsChromiumFact]
    public async Task Who_presses_them_sees_what_became_of_the_call()
    {
        var wav = Path.Combine(Path.GetTempPath(), $"microphone-{Guid.NewGuid():n}.wav");
        try
        {
            // A tone too faint to be taken for speech: lost packets are holes in it.
            WavFile.WriteMono(wav, [.. Enumerable.Range(0, 60 * Rate).Select(i => (short)(64 * Math.Sin(i * Math.Tau * 1_000 / Rate)))], Rate);
            await using var house = await SoftphoneHouse.OpenAsync();
            var seen = await Chromium.Scripts.AskAsync("press-faults.mjs", new JsonObject { ["url"] = $"{house.Origin}?token={house.Token}", ["wav"] = wav });
            output.WriteLine(seen.ToJsonString());

            Assert.Empty(seen["elsewhere"]!.AsArray());
            Assert.Empty(seen["complaints"]!.AsArray());
            Assert.All(Buttons("idle"), button => Assert.EndsWith(": disabled", button));
            Assert.Equal(["Lose Gemini: enabled", "Lose the stream: enabled", "Noisy line: false", "Lose packets: false"], Buttons("call"));
            Assert.Equal(["Lose Gemini: enabled", "Lose the stream: enabled", "Noisy line: true", "Lose packets: true"], Buttons("spoilt"));
            Assert.All(Buttons("after"), button => Assert.EndsWith(": disabled", button));
            Assert.Equal("Call report", (string)seen["report"]!);

            // The call survives all but the third loss of its stream within two minutes.
            var talk = seen["talk"]!.AsArray().Select(line => Regex.Replace((string)line!, "[0-9]+ ms", "… ms")).ToList();
            Assert.Equal(
                [
                    "Connected: both sides can hear each other.", "Hello.", "Fault: Lose packets, on", "Fault: Noisy line, on", "Fault: Noisy line, off", "an order",
                    "after … msCertainly.", "Fault: Lose Gemini", "New connection to Gemini (Lost) after … ms", "Fault: Lose the stream", "The stream was lost.",
                ],
                talk.Take(11));
            Assert.All(talk.Where(line => line.StartsWith("Twilio error", StringComparison.Ordinal)), line => Assert.StartsWith("Twilio error 31903: ", line, StringComparison.Ordinal)); // broken, and nothing else
            Assert.Contains("Twilio says: " + SoftphoneHouse.Apology, talk);
            Assert.Equal("The call is over: the agent's side hung up.", talk[^1]);

            var record = await house.OnlyCallAsync();
            var losses = talk.Count(line => line == "The stream was lost.");
            Assert.Equal(losses, record.Attempts.Count);
            Assert.InRange(record.Attempts.Count(attempt => attempt.Started), 3, losses); // one lost before the relay had logged its beginning counts as never begun

            // In the greeting nothing was lost yet; then every fifth frame, for four seconds and more.
            var heard = house.Gemini.Sessions.SelectMany(session => session.Heard()).Skip(HeardRate);
            var holesMs = heard.Chunk(HeardRate / 200).Count(fiveMs => fiveMs.All(sample => Math.Abs((int)sample) < 30)) * 5;
            Assert.True(holesMs > 150, $"{holesMs} ms were lost.");

            IEnumerable<string> Buttons(string when) => seen["looks"]![when]!.AsArray().Select(one => (string)one!);
        }
        finally
        {
            File.Delete(wav);
        }
    }
}

/// <summary>Who gets to the softphone: this run's token, from this machine, from its own page; nobody else.</summary>
public sealed class SoftphoneGateTests(SoftphoneGateTests.Serving serving) : IClassFixture<SoftphoneGateTests.Serving>
{
    private readonly SoftphoneHouse _house = serving.House;

    [Theory]
    [InlineData("/?token=TOKEN", null, 200)]
    [InlineData("/", null, 403)]
    [InlineData("/?token=", null, 403)]
    [InlineData("/?token=0123456789abcdef0123456789abcdef", null, 403)]
    [InlineData("/?token=TOKEN&token=x", null, 403)]
    [InlineData("/?token=TOKEN", "evil.example.net", 403)]
    [InlineData("/?token=TOKEN", "localhost.evil.example.net", 403)]
    [InlineData("/?token=TOKEN", "127.0.0.1.nip.example.net:PORT", 403)]
    [InlineData("/?token=TOKEN", "localhost:1", 403)]
    [InlineData("/?token=TOKEN", "127.0.0.1:PORT", 200)]
    [InlineData("/softphone/phone.js", null, 200)]
    [InlineData("/softphone/phone.js", "evil.example.net", 404)]
    [InlineData("/softphone/index.html", null, 404)]
    [InlineData("/softphone/..%2fphone.js", null, 404)]
    [InlineData("/softphone/report/CA00000000000000000000000000000001", null, 403)]
    [InlineData("/softphone/report/CA00000000000000000000000000000001?token=TOKEN", null, 404)]
    [InlineData("/softphone/call?token=TOKEN", null, 403)]
    public async Task A_request_needs_the_token_and_a_loopback_host(string path, string? host, int status)
    {
        using var http = new HttpClient { BaseAddress = _house.Origin };
        using var request = new HttpRequestMessage(HttpMethod.Get, path.Replace("TOKEN", _house.Token, StringComparison.Ordinal));
        request.Headers.Host = host?.Replace("PORT", $"{_house.Port}", StringComparison.Ordinal);
        using var response = await http.SendAsync(request);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        if (status == 200)
        {
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://localhost:PORT", true, true)]
    [InlineData("http://localhost:PORT", false, false)]
    [InlineData("http://evil.example.net", true, false)]
    [InlineData("https://localhost:PORT", true, false)]
    [InlineData("http://localhost:1", true, false)]
    [InlineData("http://127.0.0.1:PORT", true, false)]
    [InlineData("null", true, false)]
    [InlineData(null, true, false)]
    public async Task A_call_needs_the_same_origin_as_well(string? origin, bool withToken, bool isAdmitted)
    {
        // One that is admitted reaches Gemini, so it has a house of its own.
        await using var own = isAdmitted ? await SoftphoneHouse.OpenAsync() : null;
        var house = own ?? _house;
        using var socket = new ClientWebSocket();
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin.Replace("PORT", $"{house.Port}", StringComparison.Ordinal));
        }

        var connecting = socket.ConnectAsync(new Uri($"ws://localhost:{house.Port}/softphone/call?token={(withToken ? house.Token : "x")}"), default);
        if (isAdmitted)
        {
            await connecting;
            Assert.Equal(WebSocketState.Open, socket.State);
        }
        else
        {
            Assert.Contains("403", (await Assert.ThrowsAsync<WebSocketException>(() => connecting)).Message, StringComparison.Ordinal);
            Assert.Equal(0, house.Gemini.ConnectionsSeen);
        }
    }

    [Fact]
    public async Task Where_it_was_not_asked_for_there_is_none()
    {
        await using var house = await SoftphoneHouse.OpenAsync(withSoftphone: false);
        using var http = new HttpClient { BaseAddress = house.Origin };
        foreach (var path in new[] { "/", "/?token=x", "/softphone/phone.js", "/softphone/call?token=x" })
        {
            using var response = await http.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }
    /// <summary>A house that serves the softphone.</summary>
    public sealed class Serving : IAsyncLifetime
    {
        internal SoftphoneHouse House { get; private set; } = null!;

        public async Task InitializeAsync() => House = await SoftphoneHouse.OpenAsync();

        public Task DisposeAsync() => House.DisposeAsync().AsTask();
    }
}
