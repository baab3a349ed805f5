using System.Buffers;
using System.Text;
using PhoneAgent.MediaRelay.Audio;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// One turn of the agent: which stretch of its audio, and its words. Heard once its audio was played. An instance serves one
/// turn after the other, so that a turn costs no buffer.
/// </summary>
internal sealed class AgentTurn
{
    private readonly ArrayBufferWriter<byte> _text = new(256);

    /// <summary>Position of its first sample in the agent's audio.</summary>
    public long Start { get; private set; }

    /// <summary>Position after its newest sample.</summary>
    public long End { get; set; }

    /// <summary>Gemini has said that nothing more belongs to it.</summary>
    public bool Complete { get; set; }

    /// <summary>When its first audio went out; null while none has.</summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>How long the caller had waited for it by then; null when they had said nothing.</summary>
    public int? ResponseMs { get; set; }

    /// <summary>Milliseconds of speech generated.</summary>
    public int GeneratedMs => (int)((End - Start) / Telephony.PhoneBytesPerMs);

    /// <summary>Begins a turn at a position.</summary>
    public void Begin(long start)
    {
        Start = End = start;
        Complete = false;
        Since = null;
        ResponseMs = null;
        _text.ResetWrittenCount();
    }

    /// <summary>Adds a piece of the transcript, UTF-8.</summary>
    public void AddText(ReadOnlySpan<byte> utf8) => _text.Write(utf8);

    /// <summary>Samples of it heard when the agent was heard up to this position.</summary>
    public long HeardSamples(long heardTo) => Math.Clamp(heardTo, Start, End) - Start;

    /// <summary>Milliseconds of it heard when the agent was heard up to this position.</summary>
    public int HeardMs(long heardTo) => (int)(HeardSamples(heardTo) / Telephony.PhoneBytesPerMs);

    /// <summary>All words generated.</summary>
    public string Text() => Encoding.UTF8.GetString(_text.WrittenSpan).Trim();

    /// <summary>
    /// The words heard when the agent was heard up to this position. The transcript carries no times, so the cut is made in
    /// proportion to the audio, back to the last whole word.
    /// </summary>
    public string HeardText(long heardTo)
    {
        var text = Text();
        if (heardTo >= End)
        {
            return text;
        }

        var length = (int)(text.Length * HeardSamples(heardTo) / (End - Start));
        while (length > 0 && text[length] != ' ')
        {
            length--;
        }

        return text[..length].TrimEnd();
    }
}
