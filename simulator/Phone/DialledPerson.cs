namespace PhoneAgent.Simulator.Phone;

/// <summary>What a person does whom a <c>&lt;Dial&gt;</c> calls.</summary>
public enum DialledPerson
{
    /// <summary>Answers, takes the call when asked to by a key, and talks for two seconds.</summary>
    Answers,

    /// <summary>Answers, hears who calls, and does not take the call.</summary>
    Declines,

    /// <summary>Is on the phone already.</summary>
    Busy,

    /// <summary>Lets it ring.</summary>
    NoAnswer,
}

/// <summary>Such a person in the terms of the simulated phone.</summary>
public static class DialledPersons
{
    private static readonly TimeSpan Talk = TimeSpan.FromSeconds(2);

    /// <summary>The same call, with such a person at the other end of every transfer.</summary>
    public static PhoneSettings With(this PhoneSettings settings, DialledPerson person) => settings with
    {
        CalleeKey = person == DialledPerson.Declines ? null : '1',
        Dialling = (dial, cancellation) => person switch
        {
            DialledPerson.Busy => Task.FromResult(new DialOutcome("busy", TimeSpan.Zero)),
            DialledPerson.NoAnswer => RingAsync(dial.TimeoutSeconds, settings, cancellation),
            _ => Task.FromResult(new DialOutcome("completed", Talk)),
        },
    };

    private static async Task<DialOutcome> RingAsync(int seconds, PhoneSettings settings, CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds) / settings.VerbSpeed, settings.Time, cancellation);
        return new DialOutcome("no-answer", TimeSpan.Zero);
    }
}
