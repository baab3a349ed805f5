using Microsoft.Extensions.Options;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay.Tools.Http;
using PhoneAgent.MediaRelay.Tools.Mcp;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>Adds what the agents' tools need, and has their profiles checked against it when the relay starts.</summary>
internal static class ToolsRegistration
{
    /// <summary>Adds <see cref="Toolboxes"/>.</summary>
    public static IServiceCollection AddTools(this IServiceCollection services)
    {
        services.AddSingleton<ToolSecrets>();
        services.AddSingleton<ToolAddresses>();
        services.AddSingleton<ToolHttp>();
        services.AddSingleton<McpServers>();
        services.AddSingleton<Toolboxes>();
        services.AddHostedService(provider => provider.GetRequiredService<McpServers>());
        services.AddSingleton<IValidateOptions<StartupChecks>, ToolsCheck>();
        return services;
    }

    private sealed class ToolsCheck(IServiceProvider services, IOptions<GeminiSettings> gemini) : IValidateOptions<StartupChecks>
    {
        public ValidateOptionsResult Validate(string? name, StartupChecks options)
        {
            try
            {
                var profiles = services.GetRequiredService<AgentProfiles>();
                var toolboxes = services.GetRequiredService<Toolboxes>();
                return StartupChecks.Result(
                [
                    .. from agent in profiles.All
                       from problem in toolboxes.Problems(agent).Concat(agent.Model.Name is null ? LiveModel.Of(gemini.Value.Model).Problems(agent) : [])
                       select profiles.Problem(agent.Name, problem.Key, problem.Problem)
                ]);
            }
            catch (AgentProfileException)
            {
                return ValidateOptionsResult.Skip; // told by the check of the profiles themselves
            }
        }
    }
}
