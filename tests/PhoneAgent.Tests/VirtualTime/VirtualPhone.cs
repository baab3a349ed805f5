using System.Text.Json;
using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>Twilio's side of a call in virtual time: frames every 20 ms, a buffer played in real time, marks echoed.</summary>
internal sealed class VirtualPhone(VirtualClock time, MemorySocket socket)
{
    public const string CallSid = "CA00000000000000000000000000000001";
    public const string AccountSid = "AC00000000000000000000000000000001";

    private readonly List<(string Name, TimeSpan At)> _marks = [];
    private TimeSpan _playedOutAt;
    private TimeSpan _lastEcho;
    private bool _hungUp;
    private byte _sample;

    /// <summary>Frames sent.</summary>
    public int Frames { get; private set; }

    /// <summary>Milliseconds of agent audio that arrived, and that were then thrown away by <c>clear</c>.</summary>
    public double ReceivedMs { get; private set; }

    public double ClearedMs { get; private set; }

    /// <summary>Milliseconds of agent audio that were not played yet when the relay ended the stream.</summary>
    public double CutOffMs { get; private set; }

    /// <summary>When <c>clear</c> came.</summary>
    public List<TimeSpan> Clears { get; } = [];

    /// <summary>The longest the buffer ever ran ahead.</summary>
    public TimeSpan MaxLead { get; private set; }

    /// <summary>How late a mark is echoed beyond the network's latency; the order is kept.</summary>
    public Func<TimeSpan> MarkDelay { get; set; } = static () => TimeSpan.Zero;

    /// <summary>How the relay ended the socket.</summary>
    public SocketRead? Closed { get; private set; }

    /// <summary>Whether <see cref="Trace"/> is kept.</summary>
    public bool KeepsTrace { get; init; } = true;

    /// <summary>Every message from the relay, with its time.</summary>
    public List<string> Trace { get; } = [];

    public async Task StartAsync(string callSid = CallSid, string accountSid = AccountSid)
    {
        await socket.SendAsync("""{"event":"connected","protocol":"Call","version":"1.0.0"}""");
        await socket.SendAsync($$$$"""{"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"accountSid":"{{{{accountSid}}}}","streamSid":"MZ1","callSid":"{{{{callSid}}}}","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"agent":"default","attempt":"1"}}}""");
    }

    /// <summary>When all that arrived of the agent is played.</summary>
    public TimeSpan PlayedOutAt => _playedOutAt;

    /// <summary>When sound of the agent arrived last.</summary>
    public TimeSpan SoundedAt { get; private set; }

    /// <summary>When the agent began to be heard after so much silence or more, each time.</summary>
    public List<TimeSpan> Began { get; } = [];

    /// <summary>Whether frames can be sent.</summary>
    public bool IsOpen => Closed is null && !_hungUp;

    /// <summary>Sends one frame.</summary>
    public async Task SendFrameAsync(byte[] frame)
    {
        await socket.SendAsync($$$"""{"event":"media","sequenceNumber":"{{{Frames}}}","streamSid":"MZ1","media":{"track":"inbound","chunk":"{{{Frames}}}","timestamp":"5","payload":"{{{Convert.ToBase64String(frame)}}}"}}""");
        Frames++;
    }

    /// <summary>Sends frames of silence in real time.</summary>
    public Task KeepSilentAsync(TimeSpan duration) => SpeakAsync(duration, silent: true);

    /// <summary>Sends frames in real time, each with bytes that count on.</summary>
    public async Task SpeakAsync(TimeSpan duration, bool silent = false)
    {
        var frame = new byte[160];
        var began = time.Elapsed;
        for (var i = 1; i <= duration / TimeSpan.FromMilliseconds(20) && Closed is null && !_hungUp; i++)
        {
            for (var at = 0; at < frame.Length; at++)
            {
                frame[at] = silent ? (byte)0xFF : _sample++;
            }

            await SendFrameAsync(frame);
            await time.Pass(began + (i * TimeSpan.FromMilliseconds(20)) - time.Elapsed);
        }
    }

    public ValueTask<bool> SendAsync(string message) => socket.SendAsync(message);

    public async Task HangUpAsync()
    {
        _hungUp = true;
        await socket.SendAsync($$$"""{"event":"stop","sequenceNumber":"9","streamSid":"MZ1","stop":{"accountSid":"{{{AccountSid}}}","callSid":"{{{CallSid}}}"}}""");
        await socket.CloseAsync(1000, "");
    }

    public void Vanish() => socket.Abort();

    /// <summary>Listens until the relay's socket ends, and answers its close.</summary>
    public async Task ListenAsync()
    {
        while (true)
        {
            var read = await socket.ReadAsync();
            if (read.Kind != SocketReadKind.Stopped)
            {
                Closed = read.End;
                CutOffMs = Math.Max(0, (_playedOutAt - time.Elapsed).TotalMilliseconds);
                Trace.Add($"{time.Elapsed} {read.Kind} {read.End.CloseCode}");
                await socket.CloseAsync(1000, "");
                return;
            }

            await HandleAsync(JsonDocument.Parse(read.Message).RootElement);
        }
    }

    private async Task HandleAsync(JsonElement message)
    {
        if (KeepsTrace)
        {
            Trace.Add($"{time.Elapsed} {message}");
        }

        Assert.Equal("MZ1", message.GetProperty("streamSid").GetString());
        switch (message.GetProperty("event").GetString())
        {
            case "media":
                var ms = message.GetProperty("media").GetProperty("payload").GetBytesFromBase64().Length / 8.0;
                Assert.InRange(ms, 0.1, 100);
                ReceivedMs += ms;
                if (_playedOutAt < time.Elapsed)
                {
                    Began.Add(time.Elapsed);
                }

                SoundedAt = time.Elapsed;
                _playedOutAt = (_playedOutAt > time.Elapsed ? _playedOutAt : time.Elapsed) + TimeSpan.FromMilliseconds(ms);
                MaxLead = TimeSpan.FromTicks(Math.Max(MaxLead.Ticks, (_playedOutAt - time.Elapsed).Ticks));
                break;
            case "mark":
                var name = message.GetProperty("mark").GetProperty("name").GetString()!;
                var at = (_playedOutAt > time.Elapsed ? _playedOutAt : time.Elapsed) + MarkDelay();
                at = _lastEcho = at > _lastEcho ? at : _lastEcho;
                _marks.Add((name, at));
                ITimer? timer = null;
                timer = time.CreateTimer(
                    _ =>
                    {
                        timer?.Dispose();
                        if (_marks.Remove((name, at)))
                        {
                            _ = EchoAsync(name);
                        }
                    },
                    null,
                    at - time.Elapsed,
                    Timeout.InfiniteTimeSpan);
                break;
            case "clear":
                Clears.Add(time.Elapsed);
                ClearedMs += Math.Max(0, (_playedOutAt - time.Elapsed).TotalMilliseconds);
                _playedOutAt = time.Elapsed;
                var flushed = _marks.ToArray();
                _marks.Clear();
                foreach (var (pending, _) in flushed)
                {
                    await EchoAsync(pending);
                }

                break;
            case var other:
                Assert.Fail($"Twilio knows no event {other}.");
                break;
        }
    }

    private async Task EchoAsync(string name) => await socket.SendAsync($$$"""{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"{{{name}}}"}}""");
}
