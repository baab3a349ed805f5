using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Tests.Core.Agents;

public sealed class AgentProfilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agents-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_profile_that_is_shipped_can_be_used()
    {
        var shipped = AgentProfiles.Load();
        Assert.Contains(AgentProfiles.DefaultName, shipped.Names);
        Assert.Equal(AgentProfiles.DefaultName, shipped.Default.Name);
        Assert.Contains("never claim to be a human", shipped.Default.Instructions, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_file_leaves_out_keeps_its_default()
    {
        Write("default", """{ "instructions": "Be brief.", /* quiet caller */ "voiceActivity": { "endSensitivity": "Low" }, }""");
        var profile = AgentProfiles.Load(_folder).Default;
        Assert.Equal(new AgentProfile { Name = "default", Instructions = "Be brief.", VoiceActivity = new() { EndSensitivity = Sensitivity.Low } }, profile);
        Assert.Equal("Kore", profile.Voice);
        Assert.Equal(500, profile.VoiceActivity.SilenceDurationMs);
        Assert.NotNull(profile.Greeting);
    }

    [Fact]
    public void A_greeting_of_null_is_none()
    {
        Write("default", """{ "instructions": "Be brief.", "greeting": null }""");
        Assert.Null(AgentProfiles.Load(_folder).Default.Greeting);
    }

    [Fact]
    public void Profiles_are_found_by_name_and_only_by_name()
    {
        Write("default", """{ "instructions": "a" }""");
        Write("sales", """{ "instructions": "b" }""");
        var profiles = AgentProfiles.Load(_folder);
        Assert.Equal(["default", "sales"], profiles.Names);
        Assert.Equal("b", profiles.Find("sales")?.Instructions);
        Assert.Null(profiles.Find("Sales"));
        Assert.Null(profiles.Find(null));
        Assert.Null(profiles.Find("../default"));
    }

    [Fact]
    public void Every_mistake_is_told_at_once_with_its_file()
    {
        Write("default", """{ "instructions": " ", "language": "english please", "voiceActivity": { "silenceDurationMs": 9 } }""");
        Write("typo", """{ "instructions": "a", "voise": "Puck" }""");
        Write("torn", """{ "instructions": """);
        Write("none", "null");
        Write("missing", """{ "voice": "Puck" }""");
        Write("Big Name", """{ "instructions": "a" }""");
        var unusable = Assert.Throws<AgentProfileException>(() => AgentProfiles.Load(_folder));
        Assert.Equal(
            ["agents/Big Name.json", "agents/default.json", "agents/default.json", "agents/default.json", "agents/missing.json", "agents/none.json", "agents/torn.json", "agents/typo.json"],
            unusable.Problems.Select(problem => problem.Split(": ")[0]).Order(StringComparer.Ordinal));
        Assert.Contains(unusable.Problems, problem => problem.Contains("voise", StringComparison.Ordinal));
    }

    [Fact]
    public void There_must_be_a_default()
    {
        Write("sales", """{ "instructions": "b" }""");
        Assert.StartsWith("agents/default.json is missing", Assert.Throws<AgentProfileException>(() => AgentProfiles.Load(_folder)).Problems.Single(), StringComparison.Ordinal);
        Assert.Throws<AgentProfileException>(() => AgentProfiles.Load(Path.Combine(_folder, "nowhere")));
    }

    [Fact]
    public void A_number_given_to_an_agent_that_does_not_exist_is_found_at_start()
    {
        Write("default", """{ "instructions": "a" }""");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("PhoneAgent:Agents:14155550100", "sails")]).Build();
        using var services = new ServiceCollection().AddRelayConfiguration(configuration).AddAgentProfiles(_folder).AddAgentProfiles().BuildServiceProvider();
        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<StartupChecks>>().Value);
        Assert.Contains("PhoneAgent__Agents__14155550100 names no agent profile. There are: default.", refused.Failures);
        Assert.Contains(refused.Failures, problem => problem.StartsWith("Gemini__ApiKey", StringComparison.Ordinal));
    }

    private void Write(string name, string json) => File.WriteAllText(Path.Combine(_folder, name + ".json"), json);
}
