using System.Buffers;
using System.Text.Json;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>Gemini's numbers are doubles: a whole one may be written 7.0, which no integer of C# is read from.</summary>
internal static class WholeNumbers
{
    /// <summary>The same value, whole numbers written as such.</summary>
    public static JsonElement Of(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, value);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.Number when !value.TryGetInt64(out _) && value.TryGetDouble(out var number) && double.IsInteger(number) && Math.Abs(number) < 1L << 53:
                json.WriteNumberValue((long)number);
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
