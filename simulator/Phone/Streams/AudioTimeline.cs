namespace PhoneAgent.Simulator.Phone.Streams;

/// <summary>One direction of a call as a continuous row of µ-law samples from the moment the call was answered.</summary>
internal sealed class AudioTimeline
{
    private byte[] _samples = new byte[30 * 1000 * LineFrames.BytesPerMs];
    private int _length;

    public int Length => _length;

    public void Append(ReadOnlySpan<byte> samples)
    {
        samples.CopyTo(Grow(samples.Length));
    }

    public void AppendSilence(int samples) => Grow(samples).Fill(LineFrames.Silence);

    public ReadOnlySpan<byte> Slice(int begin, int count) => _samples.AsSpan(0, _length).Slice(begin, count);

    public byte[] ToArray() => _samples.AsSpan(0, _length).ToArray();

    private Span<byte> Grow(int by)
    {
        if (_length + by > _samples.Length)
        {
            Array.Resize(ref _samples, Math.Max(_samples.Length * 2, _length + by));
        }

        var room = _samples.AsSpan(_length, by);
        _length += by;
        return room;
    }
}
