using System.Diagnostics;

namespace PhoneAgent.Tests.House;

/// <summary>The relay as a process of its own, as <c>dotnet run --project media-relay</c> starts it.</summary>
public sealed class RelayProcessTests
{
    [Fact]
    public async Task A_relay_without_configuration_names_every_missing_key_and_exits_with_2()
    {
        var (code, said) = await StartAsync(typeof(MediaRelay.RelayApp).Assembly.Location);

        Assert.Equal(2, code);
        Assert.All(
            ["Twilio__AccountSid is missing", "PhoneAgent__TicketKey is missing", "PhoneAgent__CallLog is missing", "Gemini__ApiKey is missing"],
            message => Assert.Contains(message, said));
        Assert.DoesNotContain("   at ", said);
    }

    [Fact]
    public async Task A_relay_with_mistakes_in_a_profile_names_file_line_and_key_and_exits_with_2()
    {
        var relay = Directory.CreateTempSubdirectory("relay-");
        try
        {
            foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
            {
                File.Copy(file, Path.Combine(relay.FullName, Path.GetFileName(file)));
            }

            var agents = relay.CreateSubdirectory("agents");
            File.WriteAllText(Path.Combine(agents.FullName, "default.json"), "{\n  \"instructions\": \"a\",\n  \"voise\": \"Kore\",\n  \"tools\": { \"functions\": { \"note\": {} } }\n}");
            File.WriteAllText(Path.Combine(agents.FullName, "sales.json"), "{\n  \"instructions\": \"a\",\n  \"handOff\": { \"sails\": {} }\n}");

            var (code, said) = await StartAsync(Path.Combine(relay.FullName, Path.GetFileName(typeof(MediaRelay.RelayApp).Assembly.Location)));

            Assert.Contains("agents/default.json:3: voise is no key that is known here", said);
            Assert.Contains("agents/sales.json:3: handOff.sails names no agent; there are default, sales.", said);
            Assert.Contains("Gemini__ApiKey is missing", said);
            Assert.DoesNotContain("   at ", said);
            Assert.Equal(2, code);
        }
        finally
        {
            relay.Delete(recursive: true);
        }
    }

    private static async Task<(int Code, string Said)> StartAsync(string program)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(program);
        foreach (var key in start.Environment.Keys.Where(key => key.Contains("__", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(key);
        }

        using var process = Process.Start(start)!;
        var patience = Patience.Token;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(patience), process.StandardError.ReadToEndAsync(patience));
        await process.WaitForExitAsync(patience);
        return (process.ExitCode, await output + await error);
    }
}
