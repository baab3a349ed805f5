namespace PhoneAgent.Core.Configuration;

/// <summary>Section <c>PhoneAgent</c>: what functions and relay must agree on, and what the caller is told.</summary>
public sealed class PhoneAgentSettings
{
    /// <summary>A shorter ticket key is refused.</summary>
    public const int MinTicketKeyBytes = 32;

    /// <summary>The longest text Twilio speaks in one go, in characters. Source: https://www.twilio.com/docs/voice/twiml/say</summary>
    public const int MaxMessageLength = 4096;

    /// <summary>Public origin of the functions, for example <c>https://my-agent.azurewebsites.net</c>; signatures are checked against it.</summary>
    public string? WebhookBaseUrl { get; set; }

    /// <summary>Public address of the relay's stream endpoint, for example <c>wss://relay.example.net/stream</c>.</summary>
    public string? StreamUrl { get; set; }

    /// <summary>Base64 of at least 32 bytes: signs stream tickets.</summary>
    public string TicketKey { get; set; } = "";

    /// <summary>Verifies tickets signed before a rotation; signs none.</summary>
    public string? PreviousTicketKey { get; set; }

    /// <summary><c>file:./calls</c> or the https address of a blob container.</summary>
    public string CallLog { get; set; } = "";

    /// <summary>The vault that holds this service's secrets; null for none. Read before the settings are bound.</summary>
    public string? KeyVaultUri { get; set; }

    /// <summary>Seconds between two readings of the vault, 10–86,400.</summary>
    public int KeyVaultReloadSeconds { get; set; } = 300;

    /// <summary>Spoken by Twilio before the stream, so that the caller never waits in silence; null to say nothing.</summary>
    public string? ConnectMessage { get; set; }

    /// <summary>Spoken when the agent cannot be reached.</summary>
    public string ApologyMessage { get; set; } = "We are sorry, the assistant cannot be reached at the moment. Please call again later.";

    /// <summary>Dialled after the apology, E.164; null hangs up instead.</summary>
    public string? FallbackNumber { get; set; }

    /// <summary>Opens the owner's API where no platform checks function keys; null keeps it closed there.</summary>
    public string? LocalFunctionKey { get; set; }

    /// <summary>Whether the Functions platform stands before the owner's API and has checked the key; only the infrastructure says so.</summary>
    public bool PlatformChecksKeys { get; set; }

    /// <summary>Profile name by the digits of the called number; any other number gets the profile <c>default</c>.</summary>
    public Dictionary<string, string> Agents { get; } = [];
}
