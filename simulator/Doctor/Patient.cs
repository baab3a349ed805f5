using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Simulator.Doctor;

/// <summary>What the doctor examines: one configuration, as functions and relay together would read it. No value in it is invented.</summary>
/// <param name="configuration">The values.</param>
/// <param name="twilioApi">Origin of Twilio's REST API.</param>
/// <param name="http">Reaches the services; follows no redirect.</param>
/// <param name="time">The clock of this machine.</param>
internal sealed class Patient(IConfiguration configuration, Uri twilioApi, HttpClient http, TimeProvider time)
{
    /// <summary>The values.</summary>
    public IConfiguration Configuration => configuration;

    /// <summary>Origin of Twilio's REST API.</summary>
    public Uri TwilioApi => twilioApi;

    /// <summary>Asks the services.</summary>
    public Asking Ask { get; } = new(http);

    /// <summary>The clock of this machine.</summary>
    public TimeProvider Time => time;

    /// <summary>The public origin of the functions; null when it is missing or cannot be used.</summary>
    public Uri? Functions => Address("PhoneAgent:WebhookBaseUrl");

    /// <summary>The public address of the relay's streams; null when it is missing or cannot be used.</summary>
    public Uri? Stream => Address("PhoneAgent:StreamUrl");

    /// <summary>A value by its configuration key; null when it is missing or empty.</summary>
    public string? this[string key] => configuration[key] is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;

    /// <summary>Two values, when both are there and the services would take them.</summary>
    public bool TryGet(string key, string otherKey, [NotNullWhen(true)] out string? value, [NotNullWhen(true)] out string? other)
    {
        (value, other) = (this[key], this[otherKey]);
        return value is not null && other is not null && !IsRefused(key) && !IsRefused(otherKey);
    }

    /// <summary>Whether the services refuse the key's value.</summary>
    public bool IsRefused(string key) =>
        ConfigurationRules.Problems(configuration, ServiceRole.Functions, ServiceRole.Relay).Any(problem => problem.StartsWith(Variable(key) + " ", StringComparison.Ordinal));

    /// <summary>The value of a key as a setting of the services, for keys that have a default.</summary>
    public T Settings<T>(string section)
        where T : new() => configuration.GetSection(section).Get<T>() ?? new T();

    /// <summary>How a configuration key is written as an environment variable.</summary>
    public static string Variable(string key) => key.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>Seconds with one decimal.</summary>
    public static string Seconds(TimeSpan time) => Math.Abs(time.TotalSeconds).ToString("0.#", CultureInfo.InvariantCulture) + " s";

    private Uri? Address(string key) =>
        this[key] is { } value
        && Uri.TryCreate(value, UriKind.Absolute, out var address)
        && !IsRefused(key)
            ? address
            : null;
}
