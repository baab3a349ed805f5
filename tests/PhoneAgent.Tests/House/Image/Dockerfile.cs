using System.Text.RegularExpressions;

namespace PhoneAgent.Tests.House.Image;

/// <summary>What the Dockerfile says about the image's process.</summary>
internal static partial class Dockerfile
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Checkout.Root, "Dockerfile")).Replace("\\\n", " ", StringComparison.Ordinal);
    private static readonly string Last = Text[Text.LastIndexOf("\nFROM ", StringComparison.Ordinal)..];

    /// <summary>The image the last stage begins with.</summary>
    public static string Base { get; } = Last.Split('\n')[1].Split(' ')[1];

    /// <summary>The last stage's environment.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } =
        Last.Split('\n').Where(line => line.StartsWith("ENV ", StringComparison.Ordinal)).SelectMany(line => Variable().Matches(line)).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    /// <summary>What is started, in the exec form, so that it gets the signals.</summary>
    public static IReadOnlyList<string> EntryPoint { get; } =
        System.Text.Json.JsonSerializer.Deserialize<string[]>(Last.Split('\n').Single(line => line.StartsWith("ENTRYPOINT ", StringComparison.Ordinal))["ENTRYPOINT ".Length..])!;

    /// <summary>Whether a line of the last stage says so.</summary>
    public static bool Says(string line) => Last.Split('\n').Contains(line);

    /// <summary>Copies what .dockerignore leaves of the checkout: the build context.</summary>
    public static void CopyContext(string to)
    {
        var kept = File.ReadAllLines(Path.Combine(Checkout.Root, ".dockerignore")).Where(line => line.StartsWith('!')).Select(line => Path.Combine(Checkout.Root, line[1..]));
        foreach (var file in kept.SelectMany(path => File.Exists(path) ? [path] : Directory.GetFiles(path, "*", SearchOption.AllDirectories)))
        {
            var path = Path.GetRelativePath(Checkout.Root, file);
            if (!path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(to, path))!);
                File.Copy(file, Path.Combine(to, path));
            }
        }
    }

    /// <summary>The arguments of the publish command.</summary>
    public static IReadOnlyList<string> Publish { get; } = Regex.Match(Text, "RUN dotnet (publish .*)").Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("(\\w+)=(\\S+)")]
    private static partial Regex Variable();
}
