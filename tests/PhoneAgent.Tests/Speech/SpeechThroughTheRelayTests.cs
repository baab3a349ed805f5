using PhoneAgent.MediaRelay.Audio;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Scripts;
using PhoneAgent.Simulator.Sound;
using PhoneAgent.Tests.Sound;
using Xunit.Abstractions;

namespace PhoneAgent.Tests.Speech;

/// <summary>
/// A speech recogniser as the judge: what Gemini hears through the relay is understood as well as the telephone audio
/// itself. The original is the same µ-law, brought to 16 kHz by a converter of the simulator that the relay does not know.
/// </summary>
[SideBySide(30)]
public sealed class SpeechThroughTheRelayTests(ITestOutputHelper output)
{
    /// <summary>By how much the word error rate may be higher than the original's.</summary>
    internal const double Tolerance = 0.01;

    private const double MostErrorsOfTheOriginal = 0.10;
    private const int AirFrames = 10; // silence left around each sentence

    private static readonly SimulatedGeminiOptions Options = new()
    {
        ApiKey = "speech-key",
        Script = new ConversationScript([new ScriptTurn { Agent = "Hello." }]),
        AgentVoice = _ => TestTone.Sine(300, GeminiWire.AgentRate, 0.5),
    };

    /// <summary>The original's word error rate.</summary>
    internal static readonly Lazy<Task<double>> Original = new(() =>
        Intelligibility.WordErrorRateAsync([.. Lines().Select(line => Converted(line))]));

    [NeedsSpeechToolsFact]
    public async Task What_gemini_hears_through_the_relay_is_understood_as_well_as_the_original()
    {
        var original = await Original.Value;
        var relayed = await Intelligibility.WordErrorRateAsync(await HeardByGeminiAsync());
        output.WriteLine($"word error rate: original {original:P2}, through the relay {relayed:P2}");
        Assert.InRange(original, 0, MostErrorsOfTheOriginal);
        Assert.InRange(relayed, 0, original + Tolerance);
    }

    /// <summary>Each sentence as it goes over the line, µ-law with some silence around it.</summary>
    internal static IEnumerable<byte[]> Lines() => Orders.Spoken.Select(order =>
    {
        var frames = (order.Length + LineFrames.Bytes - 1) / LineFrames.Bytes;
        var line = new byte[(frames + (2 * AirFrames)) * LineFrames.Bytes];
        line.AsSpan().Fill(LineFrames.Silence);
        MuLaw.Encode(order, line.AsSpan(AirFrames * LineFrames.Bytes));
        return line;
    });

    /// <summary>A line as its samples at 8 kHz.</summary>
    internal static short[] Decoded(byte[] mulaw) => [.. mulaw.Select(G711.FromMuLaw)];

    /// <summary>A line at 16 kHz.</summary>
    internal static short[] Converted(byte[] mulaw) => Resampling.Convert(Decoded(mulaw), 8_000, 16_000);

    // Two calls at once, half of the sentences in each.
    private static async Task<List<short[]>> HeardByGeminiAsync()
    {
        var folder = Directory.CreateTempSubdirectory("speech-").FullName;
        var patience = Patience.Token;
        try
        {
            await using var house = await SimulatedHouse.OpenAsync(HouseConfiguration.FromEnvironment(), Options, "file:" + folder);
            using var phone = new SimulatedPhone(house.PhoneSettings());
            var half = Orders.Sentences.Length / 2;
            OrderingCaller[] callers = [new(Orders.Spoken[..half]), new(Orders.Spoken[half..])];
            var first = phone.CallAsync(callers[0], cancellation: patience);
            await house.Gemini.WaitForSessionAsync(1, patience); // so that it is known which session is whose
            var calls = await Task.WhenAll(first, phone.CallAsync(callers[1], cancellation: patience));
            await house.WaitUntilIdleAsync(Patience.Long);

            var sessions = house.Gemini.Sessions;
            Assert.Equal(calls.Length, sessions.Count);
            return [.. calls.SelectMany((call, i) => Sentences(call, callers[i], sessions[i])).Zip(Lines(), (from, line) => from[..(2 * line.Length)])];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What Gemini heard from shortly before each sentence on.</summary>
    private static IEnumerable<short[]> Sentences(CallResult call, OrderingCaller caller, GeminiSession session)
    {
        Assert.Empty(call.Errors);
        Assert.Equal(call.CallerFramesSent * 2 * LineFrames.Bytes, session.SamplesHeard);

        // The stream begins with the frame before the first in which the caller knew it to be open.
        var heard = session.Heard();
        return caller.Begun.Select(begun => heard[((begun - AirFrames - caller.FirstFrame + 1) * 2 * LineFrames.Bytes)..]);
    }
}
