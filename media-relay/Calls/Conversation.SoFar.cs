using PhoneAgent.Core.Calls;

namespace PhoneAgent.MediaRelay.Calls;

/// <content>What a session of Gemini is told that begins without having heard the conversation.</content>
internal sealed partial class Conversation
{
    /// <summary>What was said in a stream that this one goes on from.</summary>
    public void Recall(SpokenSoFar before)
    {
        lock (_lock)
        {
            _turns.Recall(before);
        }
    }

    /// <summary>What was said so far.</summary>
    public SpokenSoFar SoFar() => Read(static it => it._turns.SoFar());

    /// <inheritdoc cref="SpokenTurns.IsLong" />
    public bool IsLong => Read(static it => it._turns.IsLong);

    /// <inheritdoc cref="SpokenLines.TakeBeginning" />
    public LongBeginning? TakeBeginning() => Read(static it => it._turns.TakeBeginning());

    /// <summary>A text model's count of what notes are billed for.</summary>
    public void NotesCounted(string? model, TokenUsage tokens) => Change(it => (it._noteModel, it._noteTokens) = (model ?? it._noteModel, it._noteTokens + tokens));

    /// <inheritdoc cref="SpokenTurns.Noted" />
    public void Noted(string? notes) => Change(it => it._turns.Noted(notes));
}
