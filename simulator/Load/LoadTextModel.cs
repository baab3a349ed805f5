using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PhoneAgent.Simulator.Load;

/// <summary>Gemini's text model during a load: the same notes for every call, on a connection for one request. Source: https://ai.google.dev/api/generate-content</summary>
internal static class LoadTextModel
{
    private static readonly byte[] Notes = Response("""
        {
          "candidates": [
            {
              "content": {
                "parts": [ { "text": "The caller asked for the opening hours and for a table of four on Friday at noon. The agent told the hours and noted the table. Still open: whether a dog may come along." } ],
                "role": "model"
              },
              "finishReason": "STOP"
            }
          ],
          "usageMetadata": { "promptTokenCount": 3200, "candidatesTokenCount": 40, "totalTokenCount": 3240 }
        }
        """);

    /// <summary>Reads a request to its end and answers it.</summary>
    /// <param name="socket">Where it came from.</param>
    /// <param name="head">See <see cref="Upgrade.ReadHead"/>.</param>
    /// <param name="leftOver">What came behind it.</param>
    /// <exception cref="IOException">It has no length, or ends before it.</exception>
    public static void Answer(Socket socket, string head, byte[] leftOver)
    {
        if (!int.TryParse(Upgrade.Field(head, "Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            throw new IOException("a request without a length");
        }

        var buffer = new byte[16 * 1024];
        for (var left = length - leftOver.Length; left > 0;)
        {
            var received = socket.Receive(buffer.AsSpan(0, Math.Min(left, buffer.Length)));
            left -= received > 0 ? received : throw new IOException("a request that broke off");
        }

        socket.Send(Notes);
    }

    private static byte[] Response(string json) => Encoding.UTF8.GetBytes(
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\nConnection: close\r\n\r\n{json}");
}
