using System.Text.Json;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.TestKit;

/// <summary>Twilio and the caller: a frame of silence every 20 ms, what the relay sends played in real time, marks echoed when they are heard.</summary>
internal sealed class TestCaller(VirtualClock time, MemorySocket socket)
{
    public const string CallSid = "CA00000000000000000000000000000001";
    public const string AccountSid = "AC00000000000000000000000000000001";
    public const string From = "+14155550123";
    public const string To = "+14155550199";

    /// <summary>One way, on each side of the relay.</summary>
    public static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(25);

    private static readonly string Silence = $$$"""{"event":"media","sequenceNumber":"2","streamSid":"MZ1","media":{"track":"inbound","chunk":"1","timestamp":"0","payload":"{{{Convert.ToBase64String([.. Enumerable.Repeat((byte)0xFF, 160)])}}}"}}""";

    private readonly List<(string Name, TimeSpan At)> _marks = [];
    private TimeSpan _playedOutAt;
    private Task _working = Task.CompletedTask;
    private bool _over;

    public async Task BeginAsync(string agent)
    {
        await socket.SendAsync("""{"event":"connected","protocol":"Call","version":"1.0.0"}""");
        await socket.SendAsync($$$$"""{"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"accountSid":"{{{{AccountSid}}}}","streamSid":"MZ1","callSid":"{{{{CallSid}}}}","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"agent":"{{{{agent}}}}","attempt":"1"}}}""");
        _working = Task.WhenAll(BreatheAsync(), ListenAsync());
    }

    public Task PressAsync(char key) => socket.SendAsync($$$"""{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"{{{key}}}"}}""").AsTask();

    public async Task HangUpAsync()
    {
        if (!_over)
        {
            await socket.SendAsync($$$"""{"event":"stop","sequenceNumber":"9","streamSid":"MZ1","stop":{"accountSid":"{{{AccountSid}}}","callSid":"{{{CallSid}}}"}}""");
            await socket.CloseAsync(1000, "");
        }

        _over = true;
        await _working;
    }

    private async Task BreatheAsync()
    {
        while (!_over)
        {
            await socket.SendAsync(Silence);
            await time.Pass(TimeSpan.FromMilliseconds(20));
            EchoMarks();
        }
    }

    private async Task ListenAsync()
    {
        while (true)
        {
            var read = await socket.ReadAsync();
            if (read.Kind != SocketReadKind.Stopped)
            {
                _over = true;
                await socket.CloseAsync(1000, "");
                return;
            }

            Handle(JsonDocument.Parse(read.Message).RootElement);
        }
    }

    private void Handle(JsonElement message)
    {
        var from = _playedOutAt > time.Elapsed ? _playedOutAt : time.Elapsed;
        switch (message.GetProperty("event").GetString())
        {
            case "media":
                _playedOutAt = from + TimeSpan.FromMilliseconds(message.GetProperty("media").GetProperty("payload").GetBytesFromBase64().Length / 8.0);
                break;
            case "mark":
                _marks.Add((message.GetProperty("mark").GetProperty("name").GetString()!, from));
                break;
            case "clear":
                _playedOutAt = time.Elapsed;
                _marks.ForEach(mark => Echo(mark.Name));
                _marks.Clear();
                break;
        }
    }

    private void EchoMarks()
    {
        while (_marks is [var first, ..] && first.At <= time.Elapsed)
        {
            _marks.RemoveAt(0);
            Echo(first.Name);
        }
    }

    private void Echo(string name) => _ = socket.SendAsync($$$"""{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"{{{name}}}"}}""").AsTask(); // in memory: done at once
}
