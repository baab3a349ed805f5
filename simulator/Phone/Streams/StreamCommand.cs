namespace PhoneAgent.Simulator.Phone.Streams;

/// <summary>What a server may tell Twilio over the stream; the set is closed.</summary>
internal abstract record StreamCommand;

/// <summary>µ-law to be played to the caller.</summary>
internal sealed record MediaCommand(byte[] Mulaw) : StreamCommand;

/// <summary>A label to be given back once the audio before it was played.</summary>
internal sealed record MarkCommand(string Name) : StreamCommand;

/// <summary>Drop what is not yet played.</summary>
internal sealed record ClearCommand : StreamCommand;
