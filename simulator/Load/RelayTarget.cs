namespace PhoneAgent.Simulator.Load;

/// <summary>A relay and what it takes to be let in.</summary>
/// <param name="Stream">Where it listens, <c>ws://…/stream</c>.</param>
/// <param name="AccountSid">The account it serves.</param>
/// <param name="TicketKey">Signs tickets.</param>
/// <param name="AuthToken">Signs the handshake; null when the relay does not ask for it.</param>
/// <param name="PublicStream">The address the handshake is signed for.</param>
internal sealed record RelayTarget(Uri Stream, string AccountSid, byte[] TicketKey, string? AuthToken = null, string? PublicStream = null);
