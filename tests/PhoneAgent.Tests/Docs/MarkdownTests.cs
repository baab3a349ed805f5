using System.Text.RegularExpressions;

namespace PhoneAgent.Tests.Docs;

/// <summary>Every page of the repository that people read: what it links to and what it names is there.</summary>
public sealed partial class MarkdownTests
{
    public static TheoryData<string> Pages => [.. Checkout.Files("*.md")];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_somewhere(string page)
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, page));

        Assert.DoesNotContain(Links(text), link => !Leads(page, link));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_path_it_names_is_there(string page)
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, page));
        var named = Code().Matches(text).Select(match => match.Groups[1].Value).Where(code => Rooms.Any(room => code.StartsWith(room + "/", StringComparison.Ordinal)) && !code.AsSpan().ContainsAny("*{ …"));

        Assert.DoesNotContain(named, path => !Exists(page, path.TrimEnd('/')));
    }

    [Fact]
    public void The_tests_read_pages_at_all() => Assert.Contains("README.md", Checkout.Files("*.md"));

    // The folders at the root: a piece of code that begins with one of them is a path.
    private static IEnumerable<string> Rooms => Directory.GetDirectories(Checkout.Root).Select(folder => Path.GetFileName(folder)!);

    private static IEnumerable<string> Links(string text) =>
        Link().Matches(Code().Replace(Fence().Replace(text, ""), "")).Select(match => match.Groups[1].Value)
            .Concat(Source().Matches(text).Select(match => match.Groups[1].Value));

    private static bool Leads(string page, string link)
    {
        if (Uri.TryCreate(link, UriKind.Absolute, out var address))
        {
            return address.Scheme is "https" or "mailto";
        }

        var (path, anchor) = link.IndexOf('#', StringComparison.Ordinal) is var at and >= 0 ? (link[..at], link[(at + 1)..]) : (link, "");
        var target = path.Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, path);
        var full = Path.Combine(Checkout.Root, target);
        return anchor.Length == 0 ? File.Exists(full) || Directory.Exists(full) : File.Exists(full) && Anchors(File.ReadAllText(full)).Contains(anchor);
    }

    private static bool Exists(string page, string path) =>
        new[] { Checkout.Root, Path.Combine(Checkout.Root, Path.GetDirectoryName(page)!) }
            .Select(folder => Path.Combine(folder, path))
            .Any(full => File.Exists(full) || Directory.Exists(full));

    // As GitHub makes them: lower case, punctuation away, hyphens for spaces.
    private static IEnumerable<string> Anchors(string text) =>
        Heading().Matches(Fence().Replace(text, "")).Select(match => NotInAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Source();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]")]
    private static partial Regex NotInAnchor();
}
