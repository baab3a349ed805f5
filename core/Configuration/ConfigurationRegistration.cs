using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PhoneAgent.Core.Configuration;

/// <summary>Registers the settings of a service and has them checked when its host starts.</summary>
public static class ConfigurationRegistration
{
    /// <summary>What the handlers need.</summary>
    public static IServiceCollection AddFunctionsConfiguration(this IServiceCollection services, IConfiguration configuration) =>
        services.AddConfiguration(configuration, ServiceRole.Functions);

    /// <summary>What the media relay needs.</summary>
    public static IServiceCollection AddRelayConfiguration(this IServiceCollection services, IConfiguration configuration) =>
        services.AddConfiguration(configuration, ServiceRole.Relay);

    private static IServiceCollection AddConfiguration(this IServiceCollection services, IConfiguration configuration, ServiceRole role)
    {
        services.AddSingleton(new ConfiguredRole(role));
        if (services.Count(service => service.ServiceType == typeof(ConfiguredRole)) > 1)
        {
            return services; // the other role has bound the same sections
        }

        services.AddOptions<TwilioSettings>().Bind(configuration.GetSection("Twilio"));
        services.AddOptions<PhoneAgentSettings>().Bind(configuration.GetSection("PhoneAgent"));
        services.AddOptions<GeminiSettings>().Bind(configuration.GetSection("Gemini"));
        services.AddOptions<RelaySettings>().Bind(configuration.GetSection("Relay"));
        services.AddOptions<OutboundSettings>().Bind(configuration.GetSection("Outbound"));
        services.AddOptions<ToolSettings>().Bind(configuration.GetSection("Tools"));
        services.AddOptions<InboundSettings>().Bind(configuration.GetSection("Inbound"));
        services.AddSingleton<IValidateOptions<StartupChecks>>(provider => new RulesCheck(configuration, provider.GetServices<ConfiguredRole>()));
        services.AddOptions<StartupChecks>().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);

        // ASP.NET Core's own request lines, and the scope it puts around every line, hold paths and queries, and so stream
        // tickets and function keys. Only switched off altogether it opens no scope.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None));
        return services;
    }

    private sealed record ConfiguredRole(ServiceRole Role);

    private sealed class RulesCheck(IConfiguration configuration, IEnumerable<ConfiguredRole> roles) : IValidateOptions<StartupChecks>
    {
        public ValidateOptionsResult Validate(string? name, StartupChecks options) => StartupChecks.Result(
            ConfigurationRules.Problems(configuration, [.. roles.Select(one => one.Role)]));
    }
}

/// <summary>
/// Holds nothing: its validators run when the host starts, and the OptionsValidationException they end in lists
/// everything that is wrong with the configuration, whatever section it stands in.
/// </summary>
public sealed class StartupChecks
{
    /// <summary>The result for a list of problems.</summary>
    public static ValidateOptionsResult Result(IReadOnlyCollection<string> problems) =>
        problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
}
