using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Trust;
using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.House.Image;

/// <summary>The relay's image, as far as it can be had without a container.</summary>
public sealed class RelayImageTests
{
    private static readonly CallSid Call = CallSid.Parse("CA0123456789abcdef0123456789abcdef");

    [ImageFact]
    public async Task The_published_relay_runs_as_in_its_image_and_hands_its_call_over_when_told_to_stop()
    {
        await using var gemini = await SimulatedGeminiServer.StartAsync(new() { ApiKey = RelayOnLoopback.GeminiKey });
        await using var relay = new PublishedRelay();
        await relay.StartAsync(new Dictionary<string, string>
        {
            ["Twilio__AccountSid"] = RelayOnLoopback.AccountSid,
            ["PhoneAgent__TicketKey"] = RelayOnLoopback.TicketKey,
            ["PhoneAgent__CallLog"] = "file:" + relay.CallLog,
            ["Gemini__ApiKey"] = RelayOnLoopback.GeminiKey,
            ["Gemini__Endpoint"] = gemini.Endpoint,
            ["Relay__DrainSeconds"] = "5",
        });

        var hook = relay.Hook;
        Assert.NotEqual("0", hook["uid"]);
        Assert.Equal(("False", "False", "Batch", "8388608"), (hook["serverGC"], hook["concurrentGC"], hook["latencyMode"], hook["gen0MaxBudget"]));
        Assert.Equal(("false", "0", "0", "100"), (hook["tieredPGO"].ToLowerInvariant(), hook["spin"], hook["callCountingDelay"], hook["callCountThreshold"]));
        Assert.Equal("False", hook["writes app"]);
        if (PublishedRelay.IsRoot)
        {
            Assert.Equal(("1654", "0000000000000000", "False", "False"), (hook["uid"], hook["capabilities"], hook["writes tmp"], hook["writes var"]));
        }

        var tickets = new StreamTickets(new PhoneAgentSettings { TicketKey = RelayOnLoopback.TicketKey }, TimeProvider.System);
        using var stream = await new RawStream().ConnectedAsync(new UriBuilder(new Uri(relay.Origin, $"/stream/{Call}/{tickets.Write(Call, tickets.NewTerms())}")) { Scheme = "ws" }.Uri);
        await stream.StartAsync(Call.Value);
        await stream.FrameAsync();
        Assert.Contains("streamSid", await stream.NextAsync(), StringComparison.Ordinal); // the agent speaks

        var stopping = Stopwatch.StartNew();
        relay.Stop();
        Assert.Equal(1012, await stream.CloseCodeAsync());
        Assert.Equal(0, await relay.EndAsync(TimeSpan.FromSeconds(25)));
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(20), $"It took {stopping.Elapsed} to stop.");
        var record = CallRecord.From(Call, await new FileCallLog(relay.CallLog, TimeProvider.System).ReadAsync(Call, default));
        Assert.Equal(EndReason.HandedOver, record.End?.Reason);

        // One line an event, with the call it is about: what the saved queries read.
        var ended = Assert.Single(relay.Lines, line => line.Contains("The stream ended: HandedOver (", StringComparison.Ordinal));
        Assert.Contains(Call.Value, ended, StringComparison.Ordinal);
        Assert.Matches(@"The stream ended: HandedOver \([^)]+\) after [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]+; ", ended); // as ends.kql reads it
        Assert.DoesNotContain(relay.Lines, line => line.Contains('\u001b', StringComparison.Ordinal));
        CleanLog.Check(relay.Lines, RelayOnLoopback.TicketKey, RelayOnLoopback.GeminiKey);
    }

    [Fact]
    public void Docker_and_the_sdk_make_the_same_image()
    {
        var project = XDocument.Load(Path.Combine(Checkout.Root, "media-relay", "PhoneAgent.MediaRelay.csproj"));
        Assert.Equal(Dockerfile.Base, project.Descendants("ContainerBaseImage").Single().Value);
        Assert.Equal(
            Dockerfile.Environment.OrderBy(one => one.Key, StringComparer.Ordinal),
            project.Descendants("ContainerEnvironmentVariable").ToDictionary(one => (string)one.Attribute("Include")!, one => (string)one.Attribute("Value")!).OrderBy(one => one.Key, StringComparer.Ordinal));
        Assert.Equal(Dockerfile.Environment["ASPNETCORE_HTTP_PORTS"], (string)project.Descendants("ContainerPort").Single().Attribute("Include")!);
        Assert.True(Dockerfile.Says("EXPOSE " + Dockerfile.Environment["ASPNETCORE_HTTP_PORTS"]));
        Assert.Contains("var port = " + Dockerfile.Environment["ASPNETCORE_HTTP_PORTS"], File.ReadAllText(Path.Combine(Checkout.Root, "infra", "modules", "relay.bicep")), StringComparison.Ordinal);
        Assert.Equal("app", project.Descendants("ContainerUser").Single().Value);
        Assert.True(Dockerfile.Says("USER $APP_UID"));
        Assert.EndsWith("-chiseled", Dockerfile.Base, StringComparison.Ordinal);
        Assert.Equal(["dotnet", "PhoneAgent.MediaRelay.dll"], Dockerfile.EntryPoint);
    }

    [Fact]
    public void The_build_context_has_what_the_dockerfile_copies_and_starts_from_nothing()
    {
        var ignored = File.ReadAllLines(Path.Combine(Checkout.Root, ".dockerignore")).Where(line => line.Length > 0 && line[0] != '#').ToList();
        Assert.Equal("*", ignored[0]);
        var sent = ignored.Where(line => line[0] == '!').Select(line => line[1..]).ToList();
        var copied = File.ReadAllLines(Path.Combine(Checkout.Root, "Dockerfile")).Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal)).SelectMany(line => line.Split(' ')[1..^1]).ToList();
        Assert.Equal(sent.Order(), copied.Select(path => path.Split('/')[0]).Distinct().Order());
        Assert.All(copied, path => Assert.True(Path.Exists(Path.Combine(Checkout.Root, path)), path));
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class ImageFactAttribute : FactAttribute
    {
        public ImageFactAttribute([CallerMemberName] string test = "") => this.SkipWhen(OperatingSystem.IsLinux() ? null : "The image is a Linux one.", test);
    }
}
