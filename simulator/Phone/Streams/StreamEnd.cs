using System.Net.WebSockets;

namespace PhoneAgent.Simulator.Phone.Streams;

/// <summary>How a media stream ended.</summary>
public enum StreamEndKind
{
    /// <summary>The server sent a close frame. Twilio logs 31921 even when this was meant; here it is no error.</summary>
    ServerClosed,

    /// <summary>The call ended first: <c>stop</c> was sent and the socket closed.</summary>
    CallEnded,

    /// <summary>The connection broke without a close frame.</summary>
    Lost,

    /// <summary>The handshake failed, so there was never a stream.</summary>
    NeverOpened,
}

/// <summary>How a media stream ended, and why.</summary>
/// <param name="Kind">Which side and how.</param>
/// <param name="CloseStatus">The server's close code, when it sent one.</param>
/// <param name="CloseDescription">The server's reason, when it gave one.</param>
/// <param name="Error">What Twilio logs about it; null when nothing is wrong.</param>
public sealed record StreamEnd(StreamEndKind Kind, WebSocketCloseStatus? CloseStatus, string? CloseDescription, TwilioError? Error);

/// <summary>One media stream of a call, after it is over.</summary>
/// <param name="StreamSid">Its name.</param>
/// <param name="OpenedAtMs">When the handshake was done, since the call was answered.</param>
/// <param name="EndedAtMs">When it ended.</param>
/// <param name="End">How it ended.</param>
/// <param name="FramesSent">Caller frames given to the server until <c>stop</c> was sent or its close frame arrived.</param>
/// <param name="FramesAfterEnd">Caller frames that were due to go out when the server had already begun to close, or the connection was broken; not sent.</param>
/// <param name="FramesDropped">Caller frames lost because the server read too slowly (31930).</param>
/// <param name="MediaReceived">Media messages the server sent.</param>
/// <param name="MarksReceived">Mark messages the server sent.</param>
/// <param name="ClearsReceived">Clear messages the server sent.</param>
/// <param name="BadMessages">Messages that could not be used; Twilio logs the first of a kind only.</param>
public sealed record StreamSummary(
    string StreamSid,
    int OpenedAtMs,
    int EndedAtMs,
    StreamEnd End,
    long FramesSent,
    long FramesAfterEnd,
    long FramesDropped,
    long MediaReceived,
    long MarksReceived,
    long ClearsReceived,
    long BadMessages);
