namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>
/// One end of a connection that carries whole messages: a WebSocket in production, one end of an in-memory pair where a
/// call is held in virtual time. One reader and one writer at a time; closing and aborting may come from anywhere.
/// What the network does is a value, never an exception.
/// </summary>
public interface IMessageSocket : IAsyncDisposable
{
    /// <summary>
    /// Hands over each message as it comes, until no more is wanted or the connection has ended; after an end it answers the same end
    /// again. One reading at a time. It is not cancelled (that would abort a WebSocket); it ends with the connection.
    /// </summary>
    /// <param name="take">What it throws, this throws.</param>
    Task<SocketRead> ReadAsync(MessageHandler take);

    /// <summary>Sends one text message, UTF-8. False when the connection has ended, so that nothing was sent.</summary>
    /// <param name="message">The message; it may be changed once the call has completed.</param>
    /// <param name="more">Another message follows at once, so that both may travel together.</param>
    ValueTask<bool> SendAsync(ReadOnlyMemory<byte> message, bool more = false);

    /// <summary>
    /// Starts the closing handshake; the peer's answer is then read by <see cref="ReadAsync"/>. Does nothing on a
    /// connection that is closing already or has ended.
    /// </summary>
    /// <param name="code">A close code of RFC 6455, section 7.4.</param>
    /// <param name="reason">At most 123 bytes of UTF-8, for the peer's log.</param>
    Task CloseAsync(ushort code, string reason);

    /// <summary>Ends the connection at once, without a handshake; a pending read ends as lost.</summary>
    void Abort();
}

/// <summary>Takes a message.</summary>
/// <param name="message">Its bytes, valid during the call.</param>
/// <returns>Whether more is wanted for now.</returns>
public delegate bool MessageHandler(ReadOnlySpan<byte> message);

/// <summary>How a reading ended.</summary>
/// <param name="Kind">Whether there may be another.</param>
/// <param name="CloseCode">The peer's close code, 0 when it gave none.</param>
/// <param name="CloseReason">The peer's close reason; material from outside.</param>
public readonly record struct SocketRead(SocketReadKind Kind, int CloseCode = 0, string? CloseReason = null);

/// <summary>What ends a reading.</summary>
public enum SocketReadKind
{
    /// <summary>No more was wanted.</summary>
    Stopped,

    /// <summary>The peer closed with a handshake.</summary>
    Closed,

    /// <summary>The connection broke.</summary>
    Lost,

    /// <summary>The peer's message is larger than this socket takes; it is thrown away, the next reading begins with what follows.</summary>
    TooLarge,
}
