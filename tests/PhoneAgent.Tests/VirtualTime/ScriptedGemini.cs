using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Sockets;
using PhoneAgent.Simulator.Gemini;
using GeminiSession = PhoneAgent.Simulator.Gemini.GeminiSession;
using ServerMessage = PhoneAgent.Simulator.Gemini.ServerMessage;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>
/// The simulated Gemini in virtual time: its conversations, handles and faults are the simulator's own, the network is in memory. Every
/// connection is one session of <see cref="Gemini"/>, which keeps what it consumed.
/// </summary>
internal sealed class ScriptedGemini(VirtualClock time, SimulatedGeminiOptions options, TimeSpan latency) : IGeminiConnector
{
    private Connection? _newest;

    /// <summary>The simulated Gemini.</summary>
    public SimulatedGemini Gemini { get; } = new(options);

    /// <summary>How long connecting takes: two round trips for TCP and TLS, one for the upgrade.</summary>
    public TimeSpan ConnectsIn { get; init; } = 6 * latency;

    /// <summary>Told of every message.</summary>
    public Action<TimeSpan, byte[]>? Trace { get; init; }

    /// <inheritdoc />
    public bool TellsConsumed => options.TellsConsumed;

    /// <summary>Whether the newest connection is half-open: what is sent to it is lost, and nobody can know.</summary>
    public bool IsDeaf => _newest?.IsDeaf == true;

    /// <summary>Loops that still serve.</summary>
    public List<Task> Serving { get; } = [];

    public async Task<GeminiConnecting> ConnectAsync(CancellationToken cancellation)
    {
        await Task.Delay(ConnectsIn, time, cancellation);
        Gemini.Faults.ConnectionOpened();
        var (relay, server) = MemorySocket.Pair(time, latency, Trace);
        _newest = new Connection(this, time, server);
        Serving.Add(_newest.ServeAsync());
        return new GeminiConnecting(relay, null);
    }

    private sealed class Connection(ScriptedGemini owner, VirtualClock time, MemorySocket socket)
    {
        private readonly TimeSpan _began = time.Elapsed;
        private readonly FaultedConnection _faulted = new(owner.Gemini.Faults);
        private GeminiSession? _session;
        private SimulatedConversation? _conversation;
        private ITimer? _timer;
        private bool _over;

        private TimeSpan Now => time.Elapsed - _began;

        public bool IsDeaf => _faulted.IsDeaf;

        public async Task ServeAsync()
        {
            using var timer = _timer = time.CreateTimer(_ => _ = StepAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            while (true)
            {
                var read = await socket.ReadAsync();
                if (read.Kind != SocketReadKind.Stopped)
                {
                    _over = true;
                    _session?.End(new GeminiClose(read.Kind == SocketReadKind.Closed ? read.End.CloseCode : 1006, ""), byClient: true);
                    await socket.CloseAsync(1000, "");
                    return;
                }

                foreach (var said in Parse(read.Message))
                {
                    await TakeAsync(said);
                }

                await StepAsync();
            }
        }

        // Sound is most of what comes, and always looks the same.
        private static IReadOnlyList<ClientMessage> Parse(ReadOnlySpan<byte> message)
        {
            var before = "{\"realtimeInput\":{\"audio\":{\"data\":\""u8;
            var after = "\",\"mimeType\":\"audio/pcm;rate=16000\"}}}"u8;
            if (!message.StartsWith(before) || !message.EndsWith(after))
            {
                return ClientMessageParser.Parse(message);
            }

            var base64 = message[before.Length..^after.Length];
            var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
            Assert.Equal(OperationStatus.Done, Base64.DecodeFromUtf8(base64, bytes, out _, out var length));
            return [new AudioMessage(MemoryMarshal.Cast<byte, short>(bytes.AsSpan(0, length)).ToArray(), "audio/pcm;rate=16000")];
        }

        private async Task TakeAsync(ClientMessage said)
        {
            if (_over || _faulted.IsDeaf)
            {
                return;
            }

            var refusal = (said, _session) switch
            {
                (UnacceptableMessage unacceptable, _) => unacceptable.Close,
                (SetupMessage setup, null) => await SetUpAsync(setup),
                (SetupMessage, _) or (_, null) => GeminiClose.SetupFirst,
                var (other, session) => session.Take(other, _faulted.IsMute ? null : _conversation, Now),
            };
            if (refusal is not null)
            {
                await CloseAsync(refusal);
            }
        }

        private async Task<GeminiClose?> SetUpAsync(SetupMessage message)
        {
            _session = owner.Gemini.OpenSession("v1beta", message.Setup);
            if (SetupRules.Check(message.Setup, "v1beta") is { } refusal)
            {
                return refusal;
            }

            if (owner.Gemini.Faults.RefusesKey())
            {
                return GeminiClose.KeyNotValid;
            }

            var setup = LiveSetup.Read(message.Setup);
            if (setup.Handle is { } handle)
            {
                if (owner.Gemini.Faults.RefusesHandle() || owner.Gemini.Handles.Find(handle) is not { } snapshot)
                {
                    return GeminiClose.InvalidArgument("Invalid session resumption handle.");
                }

                _session.Resumed(snapshot);
            }

            await Task.Delay(owner.Gemini.Faults.SetupDelay(), time);
            _conversation = new SimulatedConversation(setup, owner.Gemini.Lines, owner.Gemini.Pace, _session, owner.Gemini.Handles);
            await socket.SendAsync(new ServerMessage { SetupCompleteOfSession = $"simulated-{_session.Number}" }.ToJson());
            return null;
        }

        private async Task StepAsync()
        {
            while (!_over && _conversation is not null && _faulted.Next(_conversation, Now) is { } misfortune)
            {
                await SufferAsync(misfortune);
            }

            if (_over || _conversation is null)
            {
                return;
            }

            if (!_faulted.IsMute)
            {
                _conversation.Advance(Now);
                foreach (var message in _conversation.TakeMessages().TakeWhile(_faulted.Says))
                {
                    await socket.SendAsync(message.ToJson());
                }
            }

            if (new[] { _faulted.IsMute ? null : _conversation.Due, _faulted.Due(Now) }.Min() is { } due)
            {
                _timer!.Change(due > Now ? due - Now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }

        private async Task SufferAsync(Misfortune misfortune)
        {
            if (misfortune.GoAway is { } goAway)
            {
                await socket.SendAsync(goAway.ToJson());
            }
            else if (misfortune.Close is { } close)
            {
                await CloseAsync(close);
            }
            else
            {
                _over = true;
                _session?.End(new GeminiClose(1006, "Dropped."), byClient: false);
                socket.Abort();
            }
        }

        private async Task CloseAsync(GeminiClose close)
        {
            _over = true;
            _session?.End(close, byClient: false);
            await socket.CloseAsync((ushort)close.Code, close.WireReason());
        }
    }
}
