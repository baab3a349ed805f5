using System.Text.Json.Serialization;

namespace PhoneAgent.Core.Calls;

/// <summary>Why a stream ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EndReason>))]
public enum EndReason
{
    /// <summary>Twilio said <c>stop</c>: the caller hung up.</summary>
    CallerHungUp,

    /// <summary>The agent ended the call, its goodbye played to the end.</summary>
    AgentHungUp,

    /// <summary>The call reached Relay__MaxCallMinutes.</summary>
    TimeLimit,

    /// <summary>The caller said nothing for too long.</summary>
    IdleCaller,

    /// <summary>The agent asked for a transfer; see the TransferRequested before it.</summary>
    Transfer,

    /// <summary>Another replica goes on; see the HandedOver before it.</summary>
    HandedOver,

    /// <summary>Twilio's socket broke, or its media ceased.</summary>
    StreamLost,

    /// <summary>Twilio broke the rules of the stream: rate, size, or order of messages.</summary>
    ProtocolViolation,

    /// <summary>Gemini could not be reached, refused, or was lost.</summary>
    GeminiUnavailable,

    /// <summary>An error of the relay itself.</summary>
    InternalError,
}

/// <summary>What the reasons mean for the call.</summary>
public static class EndReasons
{
    /// <summary>Whether the call ends with the stream, as opposed to being connected again.</summary>
    public static bool IsFinal(this EndReason reason) =>
        reason is EndReason.CallerHungUp or EndReason.AgentHungUp or EndReason.TimeLimit or EndReason.IdleCaller;
}
