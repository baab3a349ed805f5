using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PhoneAgent.Tests.House.Adversarial;

/// <summary>Somebody with a TCP connection to the relay, who writes whatever bytes he likes.</summary>
internal sealed class Stranger : IDisposable
{
    public const byte Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10;

    private readonly CancellationTokenSource _patience = new(Patience.Long);
    private readonly TcpClient _tcp = new() { NoDelay = true };
    private Stream _stream = Stream.Null;

    /// <summary>Opens the connection and says nothing.</summary>
    public static async Task<Stranger> ConnectAsync(Uri origin)
    {
        var stranger = new Stranger();
        await stranger._tcp.ConnectAsync(IPAddress.Loopback, origin.Port, stranger._patience.Token);
        stranger._stream = stranger._tcp.GetStream();
        return stranger;
    }

    /// <summary>The handshake that Twilio would send, with more headers behind it.</summary>
    public static string Handshake(string target, params string[] headers) =>
        $"GET {target} HTTP/1.1\r\nHost: relay.example.net\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";

    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    public async Task WriteAsync(byte[] bytes) => await _stream.WriteAsync(bytes, _patience.Token);

    /// <summary>Sends a request and reads the head of the answer.</summary>
    public async Task<string> AskAsync(string request)
    {
        await WriteAsync(request);
        return await HeadAsync();
    }

    /// <summary>Reads the head of an answer; what was left when the relay hung up.</summary>
    public async Task<string> HeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await _stream.ReadAsync(one, _patience.Token) > 0)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    /// <summary>The status in the head of an answer; 0 when there was none.</summary>
    public static int StatusIn(string head) => head.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(head.AsSpan(9, 3)) : 0;

    public Task SayAsync(string text) => FrameAsync(Text, Encoding.UTF8.GetBytes(text));

    /// <summary>Sends a frame; see RFC 6455, section 5.2.</summary>
    /// <param name="opcode">What it is.</param>
    /// <param name="payload">Sent masked, with the mask zero.</param>
    /// <param name="flags">FIN and the reserved bits.</param>
    /// <param name="claims">The length it claims to have.</param>
    /// <param name="masked">Whether it is masked at all.</param>
    public Task FrameAsync(byte opcode, byte[] payload, byte flags = 0x80, ulong? claims = null, bool masked = true)
    {
        var length = claims ?? (ulong)payload.Length;
        byte mask = masked ? (byte)0x80 : (byte)0;
        var head = new byte[length < 126 ? 2 : length <= ushort.MaxValue ? 4 : 10];
        head[0] = (byte)(flags | opcode);
        head[1] = (byte)(mask | head.Length switch { 2 => (byte)length, 4 => 126, _ => 127 });
        if (head.Length == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)length);
        }
        else if (head.Length == 10)
        {
            BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(2), length);
        }

        return WriteAsync([.. head, .. masked ? new byte[4] : [], .. payload]);
    }

    /// <summary>The next frame of the relay; null when it hung up.</summary>
    public async Task<(int Opcode, byte[] Payload)?> NextFrameAsync()
    {
        try
        {
            var head = await ExactlyAsync(2);
            var length = head[1] switch
            {
                126 => BinaryPrimitives.ReadUInt16BigEndian(await ExactlyAsync(2)),
                127 => (int)BinaryPrimitives.ReadUInt64BigEndian(await ExactlyAsync(8)),
                var small => small,
            };
            return (head[0] & 0x0f, await ExactlyAsync(length));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads on until the relay closes and answers it; the close code, 0 when the relay hung up without one.</summary>
    public async Task<int> CloseCodeAsync()
    {
        while (await NextFrameAsync() is { } frame)
        {
            if (frame.Opcode == Close)
            {
                await IfOpenAsync(() => FrameAsync(Close, frame.Payload));
                return frame.Payload.Length < 2 ? 1005 : BinaryPrimitives.ReadUInt16BigEndian(frame.Payload);
            }
        }

        return 0;
    }

    /// <summary>Sends something that the relay may not wait for.</summary>
    public static async Task IfOpenAsync(Func<Task> send)
    {
        try
        {
            await send();
        }
        catch (IOException)
        {
            // It has hung up already.
        }
    }

    /// <summary>Resets the connection.</summary>
    public void Reset()
    {
        _tcp.LingerState = new LingerOption(true, 0);
        _tcp.Close();
    }

    public void Dispose()
    {
        _tcp.Dispose();
        _patience.Dispose();
    }

    private async Task<byte[]> ExactlyAsync(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, _patience.Token);
        return bytes;
    }
}
