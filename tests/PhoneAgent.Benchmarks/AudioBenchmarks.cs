using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.Benchmarks;

/// <summary>What the audio of a 20 ms frame costs each way, next to the same without vectors and to what tutorials do.</summary>
internal sealed class AudioBenchmarks : IBenchmarkTable
{
    private readonly byte[] _codes = new byte[160];
    private readonly short[] _pcm8k = new short[160];
    private readonly short[] _pcm16k = new short[320];
    private readonly short[] _pcm24k = new short[480];
    private readonly Upsampler8To16 _upsampler = new();
    private readonly Downsampler24To8 _downsampler = new();
    private readonly Upsampler8To16[] _upsamplers = [.. Enumerable.Range(0, 500).Select(_ => new Upsampler8To16())];
    private readonly Downsampler24To8[] _downsamplers = [.. Enumerable.Range(0, 500).Select(_ => new Downsampler24To8())];
    private int _call;
    private short _previous;

    public AudioBenchmarks()
    {
        var random = new Random(1);
        random.NextBytes(_codes);
        MuLaw.Decode(_codes, _pcm8k);
        for (var i = 0; i < _pcm24k.Length; i++)
        {
            _pcm24k[i] = (short)random.Next(short.MinValue, short.MaxValue);
        }
    }

    public string Title => "Audio of a 20 ms frame";

    public IEnumerable<Benchmark> Benchmarks =>
    [
        new("caller: decode µ-law, 8 to 16 kHz", CallerFrame, BarNs: 500),
        new("agent: 24 to 8 kHz, encode µ-law", AgentFrame, BarNs: 800),
        new("caller, the next of 500 calls each time", CallerFrameOfNextCall, BarNs: 500),
        new("agent, the next of 500 calls each time", AgentFrameOfNextCall, BarNs: 800),
        new("µ-law decode", () => MuLaw.Decode(_codes, _pcm8k)),
        new("µ-law decode, code by code", DecodeScalar),
        new("µ-law encode", () => MuLaw.Encode(_pcm8k, _codes)),
        new("µ-law encode, sample by sample", EncodeScalar),
        new("8 to 16 kHz", () => _upsampler.Process(_pcm8k, _pcm16k)),
        new("8 to 16 kHz, the scalar reference", () => _upsampler.ProcessScalar(_pcm8k, _pcm16k)),
        new("8 to 16 kHz, linear interpolation (images at −6 dB)", UpsampleLinearly),
        new("24 to 8 kHz", () => _downsampler.Process(_pcm24k, _pcm8k)),
        new("24 to 8 kHz, the scalar reference", () => _downsampler.ProcessScalar(_pcm24k, _pcm8k)),
        new("24 to 8 kHz, every third sample (aliases at 0 dB)", PickEveryThird),
    ];

    private void CallerFrame()
    {
        MuLaw.Decode(_codes, _pcm8k);
        _upsampler.Process(_pcm8k, _pcm16k);
    }

    private void AgentFrame()
    {
        _downsampler.Process(_pcm24k, _pcm8k);
        MuLaw.Encode(_pcm8k, _codes);
    }

    private void CallerFrameOfNextCall()
    {
        _call = (_call + 1) % _upsamplers.Length;
        MuLaw.Decode(_codes, _pcm8k);
        _upsamplers[_call].Process(_pcm8k, _pcm16k);
    }

    private void AgentFrameOfNextCall()
    {
        _call = (_call + 1) % _downsamplers.Length;
        _downsamplers[_call].Process(_pcm24k, _pcm8k);
        MuLaw.Encode(_pcm8k, _codes);
    }

    private void DecodeScalar()
    {
        for (var i = 0; i < _codes.Length; i++)
        {
            _pcm8k[i] = MuLaw.Decode(_codes[i]);
        }
    }

    private void EncodeScalar()
    {
        for (var i = 0; i < _pcm8k.Length; i++)
        {
            _codes[i] = MuLaw.Encode(_pcm8k[i]);
        }
    }

    private void UpsampleLinearly()
    {
        for (var i = 0; i < _pcm8k.Length; i++)
        {
            _pcm16k[2 * i] = (short)((_previous + _pcm8k[i]) / 2);
            _pcm16k[(2 * i) + 1] = _previous = _pcm8k[i];
        }
    }

    private void PickEveryThird()
    {
        for (var i = 0; i < _pcm8k.Length; i++)
        {
            _pcm8k[i] = _pcm24k[3 * i];
        }
    }
}
