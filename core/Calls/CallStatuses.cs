namespace PhoneAgent.Core.Calls;

/// <summary>Twilio's words for how a call stands. Source: https://www.twilio.com/docs/voice/api/call-resource#call-status-values</summary>
public static class CallStatuses
{
    /// <summary>Whether a call in this status is over, and stays so.</summary>
    public static bool IsFinal(string? status) => status is "completed" or "busy" or "failed" or "no-answer" or "canceled";
}
