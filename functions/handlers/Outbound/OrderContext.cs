using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>
/// The context of an order: data for the agent. It is written anew on one line with angle brackets escaped, so that
/// whatever it holds, it cannot close the delimiters the relay puts around it.
/// </summary>
internal static class OrderContext
{
    /// <summary>The longest, in bytes of UTF-8 as written anew.</summary>
    public const int MaxBytes = 4096;

    // Letters of all scripts stay readable; < > & ' + and control characters become \u escapes.
    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>The object as text, or what is wrong with it.</summary>
    public static (string? Text, string? Problem) Read(JsonElement context)
    {
        if (context.ValueKind != JsonValueKind.Object)
        {
            return (null, "context must be a JSON object.");
        }

        try
        {
            var bytes = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(bytes, Written))
            {
                context.WriteTo(writer);
            }

            return bytes.WrittenCount <= MaxBytes ? (Encoding.UTF8.GetString(bytes.WrittenSpan), null) : (null, $"context is longer than {MaxBytes} bytes.");
        }
        catch (InvalidOperationException)
        {
            return (null, "context holds half a surrogate pair.");
        }
    }
}
