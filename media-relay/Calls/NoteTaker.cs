using PhoneAgent.MediaRelay.Gemini;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>
/// Has the beginning of a long call noted by a text model, so that a session that begins anew knows of it (see <see cref="SpokenLines"/>). One
/// loop of its own: nobody waits for it, it asks once at a time, and whatever becomes of that, the call goes on.
/// </summary>
/// <param name="conversation">Knows what was said, and takes the notes.</param>
/// <param name="model">Writes them.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of the first failure.</param>
internal sealed partial class NoteTaker(Conversation conversation, ITextModel model, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How long the model may take.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(30);

    /// <summary>How long after a failure it is asked again: some minutes of talk are kept before words are lost.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(60);

    private readonly Signal _due = new();
    private readonly CancellationTokenSource _finishing = new();
    private int _failures;

    /// <summary>Looks about once a second.</summary>
    public void Look()
    {
        if (conversation.IsLong)
        {
            _due.Set();
        }
    }

    /// <summary>The loop that asks; ends after <see cref="Finish"/>.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            await _due.WaitAsync();
            await Task.Yield(); // whoever looks after all calls does not wait for this one's question
            if (_finishing.IsCancellationRequested)
            {
                return;
            }

            if (conversation.TakeBeginning() is { } beginning && !await NoteAsync(beginning))
            {
                await PauseAsync();
            }
        }
    }

    /// <summary>Ends the loop; what the model has not answered yet is of no use any more.</summary>
    public void Finish()
    {
        _finishing.Cancel();
        _due.Set();
    }

    /// <inheritdoc />
    public void Dispose() => _finishing.Dispose();

    private async Task<bool> NoteAsync(LongBeginning beginning)
    {
        string? notes = null;
        var problem = "it gave no notes";
        using var timeout = new CancellationTokenSource(Within, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _finishing.Token);
        try
        {
            var answer = await model.AskAsync(CallNotes.Instructions, CallNotes.Data(beginning), either.Token);
            conversation.NotesCounted(answer.Model, answer.Tokens);
            (notes, problem) = (CallNotes.Read(answer.Text), answer.Problem ?? problem);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            problem = $"it did not answer within {Within.TotalSeconds:0} s";
        }
        catch (Exception defect)
        {
            problem = defect.GetType().Name; // notes are no reason to lose a call
        }
        finally
        {
            conversation.Noted(notes);
        }

        if (notes is null && !_finishing.IsCancellationRequested && _failures++ == 0)
        {
            LogFailed(problem);
        }

        return notes is not null;
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(RetryAfter, time, _finishing.Token);
        }
        catch (OperationCanceledException)
        {
            // The call ends.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The text model could not note the beginning of a long call ({Problem}); a session that begins anew may lack it. It is asked again.")]
    private partial void LogFailed(string problem);
}
