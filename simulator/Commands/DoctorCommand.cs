using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using PhoneAgent.Simulator.Doctor;
using Spectre.Console;

namespace PhoneAgent.Simulator.Commands;

/// <summary><c>doctor</c>: examines a configuration and the services it names, and says of each fault the cause and the fix.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print the findings as JSON on standard output." };

    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // it is read by people, too, and stands in no page
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("doctor", "Examine the configuration in the environment and the services it names; exits with 1 when something is wrong.");
        command.Add(Json);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult options, CancellationToken cancellation)
    {
        var json = options.GetValue(Json);
        var console = Terminal.Create();
        var visit = new Visit { Told = json ? _ => { } : finding => Print(console, finding) };
        var findings = await visit.LookAsync(new ConfigurationBuilder().AddEnvironmentVariables().Build(), cancellation);
        var problems = findings.Count(finding => finding.State == FindingState.Problem);
        if (json)
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { ok = problems == 0, findings }, JsonOptions));
        }
        else
        {
            console.MarkupLineInterpolated($"{(problems == 0 ? "Nothing is wrong." : problems == 1 ? "1 problem." : $"{problems} problems.")}");
        }

        return problems == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static void Print(IAnsiConsole console, Finding finding)
    {
        var (mark, colour) = finding.State switch
        {
            FindingState.Ok => ("ok", "green"),
            FindingState.Warning => ("look", "yellow"),
            FindingState.Problem => ("WRONG", "red"),
            _ => ("–", "grey"),
        };
        console.MarkupLineInterpolated($"[{colour}]{mark,-6}[/]{finding.Check}: {finding.What}");
        if (finding.Fix is { } fix)
        {
            console.MarkupLineInterpolated($"      [grey]{fix}[/]");
        }
    }
}
