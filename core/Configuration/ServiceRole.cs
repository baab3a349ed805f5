namespace PhoneAgent.Core.Configuration;

/// <summary>Which of the two services a process is; the simulator is both.</summary>
public enum ServiceRole
{
    /// <summary>Answers Twilio's webhooks and the owner.</summary>
    Functions,

    /// <summary>Carries the audio.</summary>
    Relay,
}
