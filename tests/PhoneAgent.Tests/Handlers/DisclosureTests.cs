using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Agents;

namespace PhoneAgent.Tests.Handlers;

/// <summary>What must be said before an agent is connected is said by Twilio, where no caller can interrupt it.</summary>
public sealed class DisclosureTests
{
    [Theory]
    [InlineData(""" "disclosure": "An AI answers." """, "<Say>An AI answers.</Say>")]
    [InlineData(""" "disclosure": "Hier spricht eine KI.", "language": "de-DE" """, "<Say language=\"de-DE\">Hier spricht eine KI.</Say>")]
    [InlineData(""" "disclosure": "An AI answers.", "language": "tlh-KX" """, "<Say>An AI answers.</Say>")]
    [InlineData(""" "disclosure": "An AI answers.", "recording": { "enabled": true, "consent": "We record." } """, "<Say>An AI answers.</Say><Say>We record.</Say>")]
    [InlineData(""" "recording": { "consent": "We record." } """, "")]
    public async Task An_agents_disclosure_is_spoken_once_before_its_stream(string json, string says)
    {
        await using var host = await HandlerHost.StartAsync(services: services => services.AddSingleton(_ => Load(json)));
        var first = await host.AskAsync("/api/voice/incoming", ("CallStatus", "ringing"));
        Assert.Equal(says, string.Concat(first.Elements("Say").Where(say => say.Value != "One moment, <please> & \"stay\" .").Select(say => say.ToString(SaveOptions.DisableFormatting))));
        Assert.Equal("Connect", first.Elements().SkipWhile(verb => verb.Name == "Say").First().Name);

        var ended = await host.AskAsync("/api/voice/stream-ended", ("CallStatus", "in-progress"));
        Assert.Empty(ended.Elements("Say"));
        Assert.NotNull(ended.Element("Connect"));
    }

    private static AgentProfiles Load(string json)
    {
        var folder = Directory.CreateTempSubdirectory("agents-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "default.json"), $$"""{ "instructions": "Be brief.", {{json}} }""");
            return AgentProfiles.Load(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
