namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>How a WebSocket finds out that nobody is at the other end.</summary>
/// <param name="Interval">A ping is sent so often.</param>
/// <param name="Timeout">When nothing at all has come for so long, the connection is lost; null: that is not looked at.</param>
internal readonly record struct KeepAlive(TimeSpan Interval, TimeSpan? Timeout = null);
