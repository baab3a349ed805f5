namespace PhoneAgent.Handlers.Outbound;

/// <summary>What happens to an outbound call that was answered.</summary>
public enum AnswerChoice
{
    /// <summary>It is connected to the agent.</summary>
    Connect,

    /// <summary>It is hung up.</summary>
    HangUp,

    /// <summary>The order's message is spoken, then it is hung up.</summary>
    SpeakMessage,
}

/// <summary>Chooses by who answered; a pure function. Source: https://www.twilio.com/docs/voice/answering-machine-detection</summary>
internal static class AnswerChoices
{
    /// <summary>The choice. Whoever is not surely a machine is taken for a person.</summary>
    /// <param name="voicemail">What the order says.</param>
    /// <param name="answeredBy">Twilio's <c>AnsweredBy</c>; null when it was not asked for.</param>
    public static AnswerChoice For(VoicemailChoice? voicemail, string? answeredBy) => voicemail switch
    {
        VoicemailChoice.HangUp when IsMachine(answeredBy) => AnswerChoice.HangUp,
        VoicemailChoice.Message when answeredBy is "fax" => AnswerChoice.HangUp,
        VoicemailChoice.Message when IsMachine(answeredBy) => AnswerChoice.SpeakMessage,
        _ => AnswerChoice.Connect,
    };

    private static bool IsMachine(string? answeredBy) => answeredBy is "fax" || answeredBy?.StartsWith("machine_", StringComparison.Ordinal) == true;
}
