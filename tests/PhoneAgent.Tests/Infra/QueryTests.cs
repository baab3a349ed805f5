using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.Handlers;
using PhoneAgent.MediaRelay;

namespace PhoneAgent.Tests.Infra;

/// <summary>The saved queries and alerts against the lines the services really log.</summary>
public sealed partial class QueryTests
{
    private static readonly string[] Logged =
    [
        .. from assembly in new[] { typeof(CallRecord).Assembly, typeof(PhoneRoutes).Assembly, typeof(RelayApp).Assembly }
           from type in assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
           let line = method.GetCustomAttribute<LoggerMessageAttribute>()
           where line is not null
           select line.Message,
    ];

    private static readonly string[] Files = [.. Directory.GetFiles(Path.Combine(Checkout.Root, "infra", "queries"), "*.kql").Select(path => Path.GetFileName(path)!)];

    public static TheoryData<string> Queries => [.. Files];

    [Theory]
    [MemberData(nameof(Queries))]
    public void What_a_query_looks_for_is_logged(string file)
    {
        var sought = Sought().Matches(InfraTools.Text("infra", "queries", file)).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(sought);
        Assert.All(sought, text => Assert.Contains(Logged, line => Fits(line, text)));
    }

    [Fact]
    public void The_line_of_a_call_is_read_by_its_names_in_their_order()
    {
        var line = Assert.Single(Logged, line => line.StartsWith("Call over: ", StringComparison.Ordinal));
        var names = Regex.Matches(line, "(\\w+)=\\{(\\w+)\\}").Select(match => (match.Groups[1].Value, match.Groups[2].Value)).ToList();
        var read = Regex.Matches(InfraTools.Text("infra", "queries", "calls.kql"), "[\" ](\\w+)=\" (\\w+)").Select(match => (match.Groups[1].Value, match.Groups[2].Value));
        Assert.Equal(names, read);
        Assert.Contains(" responseMs={ResponseMs} responseMsMax={ResponseMsMax} tokens=", line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reasons_that_alert_are_reasons()
    {
        var reasons = Regex.Matches(InfraTools.Text("infra", "queries", "alert-error-ends.kql"), "ended: (\\w+)").Select(match => Enum.Parse<EndReason>(match.Groups[1].Value)).ToList();
        Assert.Equal([EndReason.GeminiUnavailable, EndReason.StreamLost, EndReason.InternalError, EndReason.ProtocolViolation], reasons);
        Assert.All(reasons, reason => Assert.False(reason.IsFinal()));
    }

    [NeedsInfraToolsFact]
    public async Task Every_query_is_right_by_kustos_own_language_service()
    {
        Assert.Empty(await AskAsync(Files.Select(file => Path.Combine(Checkout.Root, "infra", "queries", file))));

        var broken = Path.GetTempFileName();
        await File.WriteAllTextAsync(broken, InfraTools.Text("infra", "queries", "calls.kql").Replace("sum(Tokens)", "sum(Token)", StringComparison.Ordinal));
        Assert.Contains("Token", Assert.Single(await AskAsync([broken])), StringComparison.Ordinal);
        File.Delete(broken);

        // Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/containerappconsolelogs and …/apptraces
        static async Task<IEnumerable<string>> AskAsync(IEnumerable<string> files) => (await InfraTools.Scripts.AskAsync("check-kql.cjs", new JsonObject
        {
            ["files"] = new JsonArray([.. files.Select(file => (JsonNode)file)]),
            ["tables"] = new JsonObject
            {
                ["ContainerAppConsoleLogs"] = "(TimeGenerated: datetime, ContainerAppName: string, RevisionName: string, ContainerGroupName: string, Stream: string, Log: string)",
                ["AppTraces"] = "(TimeGenerated: datetime, Message: string, SeverityLevel: int, Properties: dynamic, OperationId: string, AppRoleName: string)",
            },
        }))["problems"]!.AsArray().Select(problem => (string)problem!);
    }

    [Fact]
    public void Every_query_is_deployed()
    {
        var bicep = string.Concat(InfraTools.BicepFiles.Select(File.ReadAllText));
        Assert.All(Files, file => Assert.Contains($"loadTextContent('../queries/{file}')", bicep, StringComparison.Ordinal));
    }

    // A query may look for the beginning of a line, with words where the template has placeholders.
    private static bool Fits(string template, string text)
    {
        foreach (var part in Regex.Split(template, "\\{\\w+\\}"))
        {
            if (part.StartsWith(text, StringComparison.Ordinal))
            {
                return true;
            }

            if (part.Length == 0 || !text.StartsWith(part, StringComparison.Ordinal))
            {
                return false;
            }

            text = string.Concat(text[part.Length..].SkipWhile(char.IsAsciiLetterOrDigit));
        }

        return false;
    }

    [GeneratedRegex("(?:contains|startswith) \"([^\"]+)\"")]
    private static partial Regex Sought();
}
