using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Core.Agents;

/// <summary>Registers the agent profiles and has them checked when the host starts, with the rest of the configuration.</summary>
public static class AgentProfileRegistration
{
    /// <summary>Adds <see cref="AgentProfiles"/>; adding it again does nothing.</summary>
    /// <param name="services">To these.</param>
    /// <param name="folder">Null for <c>agents</c> beside the application.</param>
    public static IServiceCollection AddAgentProfiles(this IServiceCollection services, string? folder = null)
    {
        if (services.All(service => service.ServiceType != typeof(AgentProfiles)))
        {
            services.AddSingleton(_ => AgentProfiles.Load(folder));
            services.AddSingleton<IValidateOptions<StartupChecks>, ProfilesCheck>();
            services.AddOptions<StartupChecks>().ValidateOnStart();
        }

        return services;
    }

    private sealed class ProfilesCheck(IServiceProvider services, IOptions<PhoneAgentSettings> settings) : IValidateOptions<StartupChecks>
    {
        public ValidateOptionsResult Validate(string? name, StartupChecks options)
        {
            try
            {
                var profiles = services.GetRequiredService<AgentProfiles>();
                return StartupChecks.Result(
                [
                    .. from agent in settings.Value.Agents
                       where profiles.Find(agent.Value) is null
                       select $"PhoneAgent__Agents__{agent.Key} names no agent profile. There are: {string.Join(", ", profiles.Names)}."
                ]);
            }
            catch (AgentProfileException unusable)
            {
                return StartupChecks.Result(unusable.Problems);
            }
        }
    }
}
