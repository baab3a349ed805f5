using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>What happens when a machine takes an outbound call.</summary>
public enum VoicemailChoice
{
    /// <summary>The call is hung up as soon as Twilio hears a machine.</summary>
    HangUp,

    /// <summary>The order's message is spoken after the beep, then the call is hung up.</summary>
    Message,

    /// <summary>The agent speaks with whoever answers; no machine is looked for.</summary>
    Continue,
}

/// <summary>An order to call somebody, checked.</summary>
/// <param name="To">Whom, E.164.</param>
/// <param name="From">From which of our numbers, E.164; null for Twilio__PhoneNumber.</param>
/// <param name="Agent">Name of the agent profile; null for the one of the calling number.</param>
/// <param name="Context">What the agent should know: a JSON object as text, see <see cref="OrderContext"/>.</param>
/// <param name="Voicemail">What happens when a machine answers; null as <see cref="VoicemailChoice.Continue"/>.</param>
/// <param name="Message">Spoken to a machine.</param>
public sealed record CallOrder(string To, string? From, string? Agent, string? Context, VoicemailChoice? Voicemail, string? Message)
{
    /// <summary>Equal for equal orders, however their JSON was laid out.</summary>
    public string ComputeHash() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, CallOrderJson.Default.CallOrder)));
}

[JsonSerializable(typeof(CallOrder))]
internal sealed partial class CallOrderJson : JsonSerializerContext;
