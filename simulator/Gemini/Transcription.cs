using System.Text.Json;

namespace PhoneAgent.Simulator.Gemini;

/// <summary>A piece of a transcript.</summary>
/// <param name="Text">The piece, with the blank before it; pieces are joined as they are.</param>
/// <param name="Finished">Whether it is the last.</param>
internal sealed record Transcription(string Text, bool Finished)
{
    /// <summary>A text in one or two pieces.</summary>
    public static IReadOnlyList<Transcription> Halves(string text)
    {
        var words = text.Split(' ');
        var half = (words.Length + 1) / 2;
        return words.Length == 1
            ? [new(text, Finished: true)]
            : [new(string.Join(' ', words[..half]), Finished: false), new(" " + string.Join(' ', words[half..]), Finished: true)];
    }

    public void Write(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteString("text", Text);
        if (Finished)
        {
            json.WriteBoolean("finished", true);
        }

        json.WriteEndObject();
    }
}

/// <summary>Tokens used.</summary>
internal readonly record struct TokenCounts(int Prompt, int Response);
