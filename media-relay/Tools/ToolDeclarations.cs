using System.Buffers;
using System.Text.Json;
using PhoneAgent.Core.Agents;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>Writes what the model may call, as <c>setup.tools</c>. Source: https://ai.google.dev/api/caching#Tool</summary>
internal static class ToolDeclarations
{
    /// <summary>The array, JSON; empty for none.</summary>
    /// <param name="tools">The functions.</param>
    /// <param name="googleSearch">Whether the model looks things up with Google Search.</param>
    /// <param name="model">What it takes.</param>
    public static byte[] Write(IReadOnlyCollection<CallTool> tools, bool googleSearch, LiveModel model)
    {
        if (tools.Count == 0 && !googleSearch)
        {
            return [];
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        if (tools.Count > 0)
        {
            json.WriteStartObject();
            json.WriteStartArray("functionDeclarations");
            foreach (var tool in tools)
            {
                Write(json, tool, model);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        if (googleSearch)
        {
            json.WriteStartObject();
            json.WriteStartObject("googleSearch");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, CallTool tool, LiveModel model)
    {
        json.WriteStartObject();
        json.WriteString("name", tool.Name);

        // A model that waits for the result cannot speak meanwhile; it must do so before.
        json.WriteString("description", model.RunsBeside(tool.Rules) || tool.Rules.SlowAfterSeconds == 0
            ? tool.Description
            : tool.Description + " Before you call it, tell the caller in a few words that it takes a moment.");
        if (tool.Parameters is { } parameters)
        {
            json.WritePropertyName("parameters");
            json.WriteRawValue(parameters);
        }

        if (tool.Rules.Blocking is { } blocking && model.NonBlockingTools)
        {
            json.WriteString("behavior", blocking ? "BLOCKING" : "NON_BLOCKING");
        }

        json.WriteEndObject();
    }
}
