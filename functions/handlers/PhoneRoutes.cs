namespace PhoneAgent.Handlers;

/// <summary>Who may call a route.</summary>
public enum RouteAccess
{
    /// <summary>Anyone.</summary>
    Open,

    /// <summary>Anyone who can sign like Twilio.</summary>
    TwilioSignature,

    /// <summary>Holders of a function key.</summary>
    OwnerKey,
}

/// <summary>One route of the functions.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Verb">Upper-case.</param>
/// <param name="Template">Without the prefix.</param>
/// <param name="Access">Who may call it.</param>
public sealed record PhoneRoute(string Name, string Verb, string Template, RouteAccess Access);

/// <summary>The routes of the functions. The templates are constants, so that a trigger's attribute can name them.</summary>
public static class PhoneRoutes
{
    /// <summary>Stands before every template: the Functions host's default.</summary>
    public const string Prefix = "api";

    /// <summary>Twilio: a call came in.</summary>
    public const string VoiceIncoming = "voice/incoming";

    /// <summary>Twilio: the stream ended, what now.</summary>
    public const string VoiceStreamEnded = "voice/stream-ended";

    /// <summary>Twilio: a dialled person picked up and is told who calls.</summary>
    public const string VoiceWhisper = "voice/whisper";

    /// <summary>Twilio: the call's status changed.</summary>
    public const string VoiceStatus = "voice/status";

    /// <summary>Twilio: how the stream fares.</summary>
    public const string VoiceStreamStatus = "voice/stream-status";

    /// <summary>The owner: call somebody, or list calls.</summary>
    public const string Calls = "calls";

    /// <summary>The owner: one call's record, or its removal.</summary>
    public const string Call = "calls/{callSid}";

    /// <summary>The owner: one call's recording.</summary>
    public const string CallRecording = "calls/{callSid}/recording";

    /// <summary>The owner: one call as a page to look at.</summary>
    public const string CallReport = "calls/{callSid}/report";

    /// <summary>Anyone: is it there, and which version.</summary>
    public const string Health = "health";

    /// <summary>Every route there is.</summary>
    public static IReadOnlyList<PhoneRoute> All { get; } =
    [
        new("VoiceIncoming", "POST", VoiceIncoming, RouteAccess.TwilioSignature),
        new("VoiceStreamEnded", "POST", VoiceStreamEnded, RouteAccess.TwilioSignature),
        new("VoiceWhisper", "POST", VoiceWhisper, RouteAccess.TwilioSignature),
        new("VoiceStatus", "POST", VoiceStatus, RouteAccess.TwilioSignature),
        new("VoiceStreamStatus", "POST", VoiceStreamStatus, RouteAccess.TwilioSignature),
        new("CreateCall", "POST", Calls, RouteAccess.OwnerKey),
        new("ListCalls", "GET", Calls, RouteAccess.OwnerKey),
        new("GetCallRecording", "GET", CallRecording, RouteAccess.OwnerKey),
        new("RemoveCall", "DELETE", Call, RouteAccess.OwnerKey),
        new("GetCall", "GET", Call, RouteAccess.OwnerKey),
        new("GetCallReport", "GET", CallReport, RouteAccess.OwnerKey),
        new("Health", "GET", Health, RouteAccess.Open),
    ];
}
