namespace PhoneAgent.Simulator.Gemini;

/// <summary>
/// A line of the agent on its way: its sound cut into messages of 40 to 240 ms, sent faster than it plays, with the pieces
/// of its transcript in between. How things share messages changes from line to line, because the real one's do as well.
/// </summary>
internal sealed class AgentLine
{
    private const int SamplesPerMs = GeminiWire.AgentRate / 1000;
    private static readonly int[] ChunkMs = [40, 120, 240, 80, 200, 160, 100];

    private readonly Queue<(TimeSpan Due, ServerMessage Message, int GeneratedMs)> _messages = new();
    private readonly string[] _words;
    private int _wordsSent;

    /// <param name="text">What is said.</param>
    /// <param name="sound">Its sound, 24 kHz.</param>
    /// <param name="start">When the first message is due.</param>
    /// <param name="burstFactor">How many times faster than it plays it is sent.</param>
    /// <param name="variant">Counts the lines; odd and even ones share messages differently.</param>
    /// <param name="transcribed">Whether the client asked for the transcript.</param>
    public AgentLine(string text, short[] sound, TimeSpan start, double burstFactor, int variant, bool transcribed)
    {
        Text = text;
        Start = start;
        TotalMs = (sound.Length + SamplesPerMs - 1) / SamplesPerMs;
        _words = transcribed ? Words(text) : [];
        Plan(sound, burstFactor, variant);
    }

    public string Text { get; }

    /// <summary>When its first sound is sent; playback is assumed to begin then.</summary>
    public TimeSpan Start { get; }

    public int TotalMs { get; }

    /// <summary>How much of it was taken to be sent.</summary>
    public int GeneratedMs { get; private set; }

    /// <summary>When playback is assumed to be over.</summary>
    public TimeSpan PlayedAt => Start + TimeSpan.FromMilliseconds(TotalMs);

    /// <summary>When something is to be done next: a message sent, or the turn completed.</summary>
    public TimeSpan Due => _messages.TryPeek(out var next) ? next.Due : PlayedAt;

    /// <summary>The next message that is due; null when there is none yet.</summary>
    public ServerMessage? Next(TimeSpan now)
    {
        if (!_messages.TryPeek(out var next) || next.Due > now)
        {
            return null;
        }

        _messages.Dequeue();
        GeneratedMs = next.GeneratedMs;
        _wordsSent += next.Message.OutputTranscription is { } piece ? Words(piece.Text).Length : 0;
        return next.Message;
    }

    /// <summary>How much is assumed to have been heard; the model supposes that what it sends is played at once.</summary>
    public int AssumedHeardMs(TimeSpan now) => (int)Math.Min(GeneratedMs, (now - Start).TotalMilliseconds);

    /// <summary>The transcript of what was sent as sound and not yet as text; null when there is none.</summary>
    public Transcription? TrailingText()
    {
        var words = Math.Max(0, WordsUntil(GeneratedMs) - _wordsSent);
        return words == 0 ? null : Piece(_wordsSent, words, finished: true);
    }

    private void Plan(short[] sound, double burstFactor, int variant)
    {
        var planned = 0;
        var begin = 0;
        for (var chunk = 0; begin < sound.Length; chunk++)
        {
            var samples = Math.Min(ChunkMs[(chunk + variant) % ChunkMs.Length] * SamplesPerMs, sound.Length - begin);
            var due = Start + TimeSpan.FromSeconds(begin / (double)GeminiWire.AgentRate / burstFactor);
            var before = begin / SamplesPerMs;
            var last = begin + samples == sound.Length;

            // The transcript trails the sound by one message.
            var words = WordsUntil(before) - planned;
            var piece = words > 0 ? Piece(planned, words, finished: false) : null;
            planned += words;
            if (piece is not null && chunk % 3 == 1)
            {
                _messages.Enqueue((due, new ServerMessage { OutputTranscription = piece }, before));
                piece = null;
            }

            var all = sound.AsMemory(begin, samples);
            var half = samples / 2;
            var message = new ServerMessage
            {
                Audio = chunk % 4 == 2 ? [all[..half], all[half..]] : [all],
                AudioMimeType = variant % 2 == 0 ? "audio/pcm;rate=24000" : "audio/pcm",
                OutputTranscription = piece,
            };
            begin += samples;
            var generatedMs = last ? TotalMs : begin / SamplesPerMs;
            if (!last)
            {
                _messages.Enqueue((due, message, generatedMs));
            }
            else
            {
                PlanEnd(due, message, generatedMs, planned - (piece is null ? 0 : words), variant);
            }
        }
    }

    // Odd lines put the last sound, the rest of the text and the end of generation into one message, even ones into three.
    private void PlanEnd(TimeSpan due, ServerMessage message, int generatedMs, int from, int variant)
    {
        var rest = from < _words.Length ? Piece(from, _words.Length - from, finished: true) : null;
        if (variant % 2 == 1)
        {
            _messages.Enqueue((due, message with { OutputTranscription = rest, GenerationComplete = true }, generatedMs));
            return;
        }

        _messages.Enqueue((due, message with { OutputTranscription = null }, generatedMs));
        if (rest is not null)
        {
            _messages.Enqueue((due, new ServerMessage { OutputTranscription = rest }, generatedMs));
        }

        _messages.Enqueue((due, new ServerMessage { GenerationComplete = true }, generatedMs));
    }

    private int WordsUntil(int ms) => TotalMs == 0 ? _words.Length : (int)((long)_words.Length * Math.Min(ms, TotalMs) / TotalMs);

    private Transcription Piece(int first, int count, bool finished) =>
        new((first == 0 ? "" : " ") + string.Join(' ', _words[first..(first + count)]), finished);

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
