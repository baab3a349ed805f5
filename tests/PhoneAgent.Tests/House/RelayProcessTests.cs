using System.Diagnostics;

namespace PhoneAgent.Tests.House;

/// <summary>The relay as a process of its own, as <c>dotnet run --project media-relay</c> starts it.</summary>
public sealed class RelayProcessTests
{
    [Fact]
    public async Task A_relay_without_configuration_names_every_missing_key_and_exits_with_2()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(MediaRelay.RelayApp).Assembly.Location);
        foreach (var key in start.Environment.Keys.Where(key => key.Contains("__", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(key);
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.WaitForExitAsync(patience.Token);

        Assert.Equal(2, process.ExitCode);
        Assert.All(
            ["Twilio__AccountSid is missing", "PhoneAgent__TicketKey is missing", "PhoneAgent__CallLog is missing", "Gemini__ApiKey is missing"],
            message => Assert.Contains(message, error.Result));
        Assert.DoesNotContain("   at ", await output + await error);
    }
}
