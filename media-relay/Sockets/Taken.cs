namespace PhoneAgent.MediaRelay.Sockets;

/// <summary>What <see cref="MessageReader.Take"/> found.</summary>
internal enum Taken
{
    /// <summary>Nothing whole; more must arrive.</summary>
    Nothing,

    /// <summary>A message, see <see cref="MessageReader.Message"/>.</summary>
    Message,

    /// <summary>A message larger than allowed; the rest of it is skipped as it comes.</summary>
    TooLarge,

    /// <summary>The peer asks for a pong with <see cref="MessageReader.Control"/>.</summary>
    Ping,

    /// <summary>The peer answers a ping.</summary>
    Pong,

    /// <summary>The peer closes, see <see cref="MessageReader.CloseCode"/>.</summary>
    Close,

    /// <summary>The peer breaks the rules; <see cref="MessageReader.CloseCode"/> says which.</summary>
    Violation,
}
