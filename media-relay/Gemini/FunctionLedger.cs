using System.Text;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.MediaRelay.Tools;

namespace PhoneAgent.MediaRelay.Gemini;

/// <summary>
/// The model's function calls, from the call to its one answer. Each runs beside the audio. The session that called gets the answer as
/// <c>toolResponse</c>; one that began with the transcript never called, so it is told the result in words.
/// </summary>
/// <param name="toolbox">Runs them.</param>
/// <param name="uplink">Takes the answers.</param>
/// <param name="note">Takes the facts.</param>
/// <param name="answered">Told when an answer goes out that the agent is to speak of.</param>
/// <param name="time">The clock.</param>
internal sealed class FunctionLedger(IToolbox toolbox, Uplink uplink, Action<CallEvent> note, Action answered, TimeProvider time)
{
    // It may have been carried out, so it must not simply be called again.
    private static readonly FunctionAnswer Unknown = new(false, "\"The call moved to another server before the function answered. Whether it was carried out is not known.\"");

    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly List<Task> _running = [];
    private bool _ended;

    /// <summary>Whether the model waits for an answer.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_lock)
            {
                return _entries.Exists(entry => entry.Answer is null);
            }
        }
    }

    /// <summary>Whether there is one of whose outcome the agent has not spoken.</summary>
    public bool HasOpen
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count > 0;
            }
        }
    }

    /// <summary>Those of whose outcome the agent has not spoken.</summary>
    public IReadOnlyList<OpenFunction> Open()
    {
        lock (_lock)
        {
            return _entries.ConvertAll(entry => new OpenFunction(entry.Call.Name, entry.Call.Arguments, entry.Answer?.Json, entry.Answer?.Succeeded == true));
        }
    }

    /// <summary>Functions that the agent called elsewhere: it is told their outcome, also that it is not known.</summary>
    public void Recall(IEnumerable<OpenFunction> open)
    {
        lock (_lock)
        {
            foreach (var one in open)
            {
                _entries.Add(new Entry(new FunctionCall(null, one.Name, one.Arguments), time.GetTimestamp())
                {
                    IsKnown = false,
                    Answer = one.Answer is { } answer ? new FunctionAnswer(one.Succeeded, answer) : Unknown,
                });
            }
        }
    }

    /// <summary>The model calls a function. A call whose id is being answered already is the same call.</summary>
    public void Called(FunctionCall call)
    {
        var entry = new Entry(call, time.GetTimestamp());
        lock (_lock)
        {
            if (_ended || (call.Id is not null && _entries.Exists(other => other.IsKnown && other.Call.Id == call.Id)))
            {
                return;
            }

            _entries.Add(entry);
            _running.RemoveAll(task => task.IsCompleted);
            _running.Add(RunAsync(entry));
        }
    }

    /// <summary>The model takes calls back: nobody wants their answers.</summary>
    public void Cancelled(IReadOnlyList<string> ids)
    {
        foreach (var entry in Take(entry => entry.Answer is null && entry.IsKnown && entry.Call.Id is { } id && ids.Contains(id)))
        {
            Cancel(entry);
        }
    }

    /// <summary>The agent has said what it makes of its answers.</summary>
    public void TurnEnded()
    {
        lock (_lock)
        {
            _entries.RemoveAll(entry => entry.Answer is not null);
        }
    }

    /// <summary>A session begins that knows of no call. Returns what is to stand in its history about them.</summary>
    /// <param name="isAnswered">Whether there are answers that the agent has not spoken of.</param>
    public IReadOnlyList<SpokenLine> Forgotten(out bool isAnswered)
    {
        lock (_lock)
        {
            _entries.ForEach(entry => entry.IsKnown = false);
            isAnswered = _entries.Exists(entry => entry.Answer is not null);
            return _entries.ConvertAll(entry => new SpokenLine(Speaker.Agent, SessionTexts.Called(entry.Call, entry.Answer)));
        }
    }

    /// <summary>The call is over: cancels what still runs and waits for it.</summary>
    public async Task EndAsync()
    {
        Task[] running;
        lock (_lock)
        {
            _ended = true;
            running = [.. _running];
        }

        foreach (var entry in Take(entry => entry.Answer is null))
        {
            Cancel(entry);
        }

        foreach (var task in running)
        {
            await task;
        }
    }

    private List<Entry> Take(Predicate<Entry> which)
    {
        lock (_lock)
        {
            var taken = _entries.FindAll(which);
            _entries.RemoveAll(which);
            return taken;
        }
    }

    private void Cancel(Entry entry)
    {
        NoteOutcome(entry, ToolOutcome.Cancelled);
        try
        {
            entry.Cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself just now.
        }
    }

    private async Task RunAsync(Entry entry)
    {
        using var cancellation = entry.Cancellation;
        await Task.Yield(); // what a tool does before it first waits must not hold up the loop that reads
        var answer = await toolbox.CallAsync(entry.Call, cancellation.Token);
        lock (_lock)
        {
            if (!_entries.Contains(entry))
            {
                return; // taken back
            }

            entry.Answer = answer;
            var message = entry.IsKnown ? ClientMessages.ToolResponse(entry.Call, answer) : ClientMessages.Text(SessionTexts.Result(entry.Call, answer));
            uplink.Add(message, isText: false); // a session that begins anew is told by Forgotten
        }

        uplink.Wake();
        NoteOutcome(entry, answer.Succeeded ? ToolOutcome.Succeeded : ToolOutcome.Failed);
        if (answer.Scheduling != "SILENT")
        {
            answered();
        }
    }

    private void NoteOutcome(Entry entry, ToolOutcome outcome) =>
        note(new ToolCalled(Nameable(entry.Call.Name), outcome, (int)time.GetElapsedTime(entry.Since).TotalMilliseconds) { At = time.GetUtcNow() });

    // What the model calls a function can hold what the caller said, a phone number for instance.
    private static string Nameable(string name)
    {
        var letters = new StringBuilder();
        foreach (var one in name.AsSpan(0, Math.Min(name.Length, 64)))
        {
            letters.Append(char.IsAsciiLetter(one) || one == '_' ? one : '?');
        }

        return letters.ToString();
    }

    private sealed class Entry(FunctionCall call, long since)
    {
        public FunctionCall Call { get; } = call;

        public long Since { get; } = since;

        public CancellationTokenSource Cancellation { get; } = new();

        /// <summary>Whether the session knows of the call.</summary>
        public bool IsKnown { get; set; } = true;

        /// <summary>The answer, once it was given.</summary>
        public FunctionAnswer? Answer { get; set; }
    }
}
