using PhoneAgent.Simulator.Phone.Twiml;

namespace PhoneAgent.Simulator.Phone;

/// <summary>The verbs that only take time.</summary>
internal static class SimpleVerbs
{
    private static readonly TimeSpan SpeechStarts = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PerCharacter = TimeSpan.FromMilliseconds(65);

    /// <summary>Lets a <see cref="Say"/> (heard as silence of a plausible length) or a <see cref="Pause"/> pass.</summary>
    public static Task WaitAsync(TwimlVerb verb, CallContext call, Task? until = null)
    {
        if (verb is Say say)
        {
            call.Notes.Announcements.Add(say.Text);
        }

        return PassAsync(verb, call, until);
    }

    /// <summary>As <see cref="WaitAsync"/>, for somebody else than the caller.</summary>
    public static Task PassAsync(TwimlVerb verb, CallContext call, Task? until = null) => call.WaitAsync(
        verb switch
        {
            Say { Loop: var loop, Text.Length: var characters } => loop * (SpeechStarts + (characters * PerCharacter)),
            Pause pause => TimeSpan.FromSeconds(pause.Seconds),
            _ => TimeSpan.Zero,
        },
        until);
}
