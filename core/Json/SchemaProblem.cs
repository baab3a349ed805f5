namespace PhoneAgent.Core.Json;

/// <summary>A value that its schema does not allow.</summary>
/// <param name="Path">The key, as in <see cref="JsonLines"/>; empty for the whole document.</param>
/// <param name="Message">What it must be, in words that follow the key; never the value.</param>
public sealed record SchemaProblem(string Path, string Message)
{
    /// <inheritdoc />
    public override string ToString() => Path.Length == 0 ? $"It {Message}." : $"{Path} {Message}.";
}
