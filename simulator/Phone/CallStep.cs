namespace PhoneAgent.Simulator.Phone;

/// <summary>How a call goes on after a verb; the set is closed.</summary>
internal abstract record CallStep
{
    public static CallStep NextVerb { get; } = new GoOn();

    public static CallStep End(CallEnding ending) => new EndCall(ending);

    /// <summary>Goes on with the document at an address, relative to the present one.</summary>
    public static CallStep Fetch(string url, string method, params (string Name, string Value)[] fields) => new FetchDocument(url, method, fields);
}

internal sealed record GoOn : CallStep;

internal sealed record EndCall(CallEnding Ending) : CallStep;

internal sealed record FetchDocument(string Url, string Method, (string Name, string Value)[] Fields) : CallStep;
