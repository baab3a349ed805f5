using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Sound;
using Xunit.Abstractions;
using static PhoneAgent.Tests.Speech.SpeechThroughTheRelayTests;

namespace PhoneAgent.Tests.Speech;

/// <summary>That the recogniser is a judge: mistakes that relays make are heard by it.</summary>
public sealed class SpoiledSpeechTests(ITestOutputHelper output)
{
    [NeedsSpeechToolsFact]
    public async Task A_path_that_spoils_the_sound_is_understood_worse()
    {
        var original = await Original.Value;
        foreach (var (name, spoil) in new (string, Func<byte[], short[]>)[]
        {
            ("every sample doubled", line => [.. Decoded(line).SelectMany(sample => (short[])[sample, sample])]),
            ("straight lines between samples, each frame by itself", FrameByFrame),
            ("every fifth frame lost", line => Converted([.. line.Chunk(LineFrames.Bytes).SelectMany((frame, i) => i % 5 == 0 ? new byte[frame.Length].Select(_ => LineFrames.Silence) : frame)])),
            ("A-law taken for µ-law", line => Resampling.Convert([.. line.Select(G711.FromALaw)], 8_000, 16_000)),
        })
        {
            var spoiled = await Intelligibility.WordErrorRateAsync([.. Lines().Select(spoil)]);
            output.WriteLine($"word error rate: original {original:P2}, {name} {spoiled:P2}");
            Assert.False(spoiled <= original + Tolerance, $"{name}: {spoiled:P2} against {original:P2}");
        }
    }

    // The usual mistake of such relays: no state from one 20 ms frame to the next, so each comes out a sample short.
    private static short[] FrameByFrame(byte[] mulaw) =>
        [.. Decoded(mulaw).Chunk(LineFrames.Bytes).SelectMany(frame => Enumerable.Range(0, (2 * frame.Length) - 1)
            .Select(i => (short)((frame[i / 2] + frame[(i + 1) / 2]) / 2)))];
}
