using System.Buffers;

namespace PhoneAgent.Core.Documents;

/// <summary>Where a document is: a folder and a name in it. Holding one means both can stand in a path or an address.</summary>
public readonly record struct DocumentName
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Names a document.</summary>
    /// <param name="folder">Lowercase letters, digits and hyphens, 1–128 of them.</param>
    /// <param name="name">As the folder.</param>
    /// <exception cref="ArgumentException">One of them is something else.</exception>
    public DocumentName(string folder, string name)
    {
        (Folder, Name) = (Checked(folder), Checked(name));
    }

    /// <summary>The kind of document, for example <c>outbound</c>.</summary>
    public string Folder { get; }

    /// <summary>Which one.</summary>
    public string Name { get; }

    /// <inheritdoc />
    public override string ToString() => $"{Folder}/{Name}";

    private static string Checked(string part) => part is { Length: > 0 and <= 128 } && !part.AsSpan().ContainsAnyExcept(Allowed)
        ? part
        : throw new ArgumentException("A document's folder and name are lowercase letters, digits and hyphens.");
}
