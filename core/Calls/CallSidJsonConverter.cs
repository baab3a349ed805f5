using System.Text.Json;
using System.Text.Json.Serialization;

namespace PhoneAgent.Core.Calls;

/// <summary>Writes a CallSid as its text.</summary>
public sealed class CallSidJsonConverter : JsonConverter<CallSid>
{
    /// <inheritdoc />
    public override CallSid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && CallSid.TryParse(reader.GetString(), out var callSid) ? callSid : throw new JsonException("Not a CallSid.");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, CallSid value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }
}
