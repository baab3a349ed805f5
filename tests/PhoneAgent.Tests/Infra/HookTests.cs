using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PhoneAgent.Tests.Infra;

/// <summary>The POSIX hooks of azure.yaml, run with an azd and a curl that write down what they are asked.</summary>
public sealed class HookTests : IDisposable
{
    private const string Sid = "AC0123456789abcdef0123456789abcdef";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hooks-");

    public HookTests()
    {
        Program("azd", "printf '%s\\n' \"$*\" >> \"$NOTES\"");
        Program("curl", """
            { printf 'curl'; for one in "$@"; do printf ' %s' "$one"; done; printf '\n'; sed 's/^/curl stdin: /'; } >> "$NOTES"
            case "$*" in
              *IncomingPhoneNumbers.json*) printf '%s' "$NUMBERS" ;;
              *) exit "$POSTED" ;;
            esac
            """);
    }

    [PosixFact]
    public void The_first_time_what_is_missing_is_named_and_nothing_is_asked_where_nobody_can_answer()
    {
        var (code, output, notes) = Run("preprovision.sh");
        Assert.Equal(1, code);
        Assert.Contains("Missing: TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN GEMINI_API_KEY. Set each with: azd env set NAME VALUE", output, StringComparison.Ordinal);
        Assert.Contains(notes, line => line.StartsWith("env set TICKET_KEY ", StringComparison.Ordinal));
    }

    [PosixFact]
    public void The_ticket_key_is_made_once_and_fits_the_rules()
    {
        var (code, _, notes) = Run("preprovision.sh", ("TWILIO_ACCOUNT_SID", Sid), ("TWILIO_AUTH_TOKEN", "t"), ("GEMINI_API_KEY", "g"));
        Assert.Equal(0, code);
        var key = notes.Single(line => line.StartsWith("env set TICKET_KEY ", StringComparison.Ordinal)).Split(' ')[3];
        Assert.Equal(32, Convert.FromBase64String(key).Length);
        Assert.Contains(notes, line => line == $"env set BUDGET_START {DateTime.UtcNow:yyyy-MM}-01");

        var again = Run("preprovision.sh", ("TWILIO_ACCOUNT_SID", Sid), ("TWILIO_AUTH_TOKEN", "t"), ("GEMINI_API_KEY", "g"), ("TICKET_KEY", key), ("BUDGET_START", "2026-11-01"));
        Assert.Equal((0, 0), (again.Code, again.Notes.Count));
    }

    [PosixFact]
    public void Later_nothing_is_asked_and_no_key_is_made_so_that_no_rotation_is_undone()
    {
        var (code, _, notes) = Run("preprovision.sh", ("TWILIO_ACCOUNT_SID", Sid), ("BUDGET_START", "2026-11-01"), ("FUNCTIONS_VAULT", "kv-f-x"));
        Assert.Equal((0, 0), (code, notes.Count));
    }

    [PosixFact]
    public void After_provisioning_the_secrets_go_from_this_machine()
    {
        var (code, _, notes) = Run("postprovision.sh", ("TICKET_KEY", "k"), ("GEMINI_API_KEY", "g"), ("TWILIO_AUTH_TOKEN", "t"), ("TWILIO_API_KEY_SECRET", "s"));
        Assert.Equal(0, code);
        Assert.Equal(["env set TICKET_KEY", "env set GEMINI_API_KEY", "env set TWILIO_API_KEY_SECRET"], notes.Select(line => line.TrimEnd()));
    }

    [PosixFact]
    public void After_the_deployment_the_number_rings_at_the_functions_and_the_token_goes()
    {
        const string Numbers = """{"incoming_phone_numbers": [{"account_sid": "AC1", "sid": "PN00000000000000000000000000000001", "address_sid": null}]}""";
        var (code, output, notes) = Run("postdeploy.sh", ("WEBHOOK_BASE_URL", "https://func-x.example.net"), ("TWILIO_ACCOUNT_SID", Sid), ("TWILIO_AUTH_TOKEN", "seeded-token"), ("TWILIO_PHONE_NUMBER", "+14155550199"), ("NUMBERS", Numbers), ("POSTED", "0"));
        Assert.Equal(0, code);
        Assert.Contains("rings at the phone agent now: https://func-x.example.net/api/voice/incoming", output, StringComparison.Ordinal);
        var post = notes.Single(line => line.Contains("/IncomingPhoneNumbers/PN00000000000000000000000000000001.json", StringComparison.Ordinal));
        Assert.All(
            ["VoiceUrl=https://func-x.example.net/api/voice/incoming", "VoiceMethod=POST", "StatusCallback=https://func-x.example.net/api/voice/status", "StatusCallbackMethod=POST"],
            field => Assert.Contains(field, post, StringComparison.Ordinal));
        Assert.Equal("env set TWILIO_AUTH_TOKEN", notes[^1].TrimEnd());
        Assert.All(notes.Where(line => line.Contains("seeded-token", StringComparison.Ordinal)), line => Assert.StartsWith("curl stdin: ", line, StringComparison.Ordinal));
        Assert.DoesNotContain("seeded-token", output, StringComparison.Ordinal);
    }

    [PosixTheory]
    [InlineData("", "+14155550199", "{}", "0")]
    [InlineData("token", "", "{}", "0")]
    [InlineData("token", "+14155550199", """{"incoming_phone_numbers": []}""", "0")]
    [InlineData("token", "+14155550199", """{"incoming_phone_numbers": [{"sid": "PN01"}]}""", "22")]
    public void Where_the_number_cannot_be_set_it_is_said_what_to_paste(string token, string number, string numbers, string posted)
    {
        var (code, output, _) = Run("postdeploy.sh", ("WEBHOOK_BASE_URL", "https://func-x.example.net"), ("TWILIO_ACCOUNT_SID", Sid), ("TWILIO_AUTH_TOKEN", token), ("TWILIO_PHONE_NUMBER", number), ("NUMBERS", numbers), ("POSTED", posted));
        Assert.Equal(0, code);
        Assert.Contains("Webhook, HTTP POST, https://func-x.example.net/api/voice/incoming", output, StringComparison.Ordinal);
        Assert.Contains("HTTP POST, https://func-x.example.net/api/voice/status", output, StringComparison.Ordinal);
    }

    [NeedsInfraToolsFact]
    public async Task The_hooks_for_windows_are_powershell_by_its_grammar_and_set_the_same_values()
    {
        var files = Directory.GetFiles(Path.Combine(Checkout.Root, "hooks"), "*.ps1");
        var broken = Path.Combine(_folder.FullName, "broken.ps1");
        File.WriteAllText(broken, File.ReadAllText(files[0]).Replace("} else {", "else {", StringComparison.Ordinal) + "\nif (");
        Assert.Empty((await AskAsync(files))["problems"]!.AsArray().Select(problem => (string)problem!));
        Assert.NotEmpty((await AskAsync(broken))["problems"]!.AsArray());

        Assert.Equal(3, files.Length);
        Assert.All(files, file =>
        {
            var posix = File.ReadAllText(Path.ChangeExtension(file, ".sh"));
            Assert.Equal(Names(posix), Names(File.ReadAllText(file)));
        });

        static Task<JsonNode> AskAsync(params string[] files) => InfraTools.Scripts.AskAsync("check-syntax.mjs", new JsonObject { ["grammar"] = "powershell", ["files"] = new JsonArray([.. files.Select(file => (JsonNode)file)]) });

        static IEnumerable<string> Names(string script) => Regex.Matches(script, "\\b[A-Z]+_[A-Z_]+[A-Z]\\b").Select(match => match.Value).Distinct().Order();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Program(string name, string script)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, "#!/bin/sh\n" + script.ReplaceLineEndings("\n") + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private (int Code, string Output, List<string> Notes) Run(string hook, params (string Name, string Value)[] environment)
    {
        var notes = Path.Combine(_folder.FullName, "notes");
        File.WriteAllText(notes, "");
        var start = new ProcessStartInfo("sh", Path.Combine(Checkout.Root, "hooks", hook)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var path = start.Environment["PATH"];
        start.Environment.Clear();
        start.Environment["PATH"] = _folder.FullName + ":" + path;
        start.Environment["NOTES"] = notes;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)));
        return (process.ExitCode, output, [.. File.ReadAllLines(notes)]);
    }

    private static string? NotHere => OperatingSystem.IsWindows() ? "These are the POSIX hooks." : null;

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class PosixFactAttribute : FactAttribute
    {
        public PosixFactAttribute([CallerMemberName] string test = "") => this.SkipWhen(NotHere, test);
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class PosixTheoryAttribute : TheoryAttribute
    {
        public PosixTheoryAttribute([CallerMemberName] string test = "") => this.SkipWhen(NotHere, test);
    }
}
