using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace PhoneAgent.Simulator.House;

/// <summary>
/// The configuration of one run: what the environment says, and for this run only an invented value for every secret it
/// does not. Only the simulator invents secrets; the relay and the function app never do.
/// </summary>
internal sealed class HouseConfiguration
{
    private static readonly (string Key, Func<string> Invent)[] Secrets =
    [
        ("Twilio:AccountSid", () => "AC" + RandomHex(16)),
        ("Twilio:AuthToken", () => RandomHex(16)),
        ("PhoneAgent:TicketKey", () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
        ("PhoneAgent:LocalFunctionKey", () => RandomHex(24)),
    ];

    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);

    private HouseConfiguration(IConfiguration environment)
    {
        foreach (var (key, value) in environment.AsEnumerable().Where(pair => pair.Value is not null))
        {
            _values[key] = value;
        }

        foreach (var (key, invent) in Secrets.Where(secret => string.IsNullOrEmpty(this[secret.Key])))
        {
            _values[key] = invent();
            Invented.Add(Variable(key));
        }
    }

    /// <summary>The environment variables that were missing, so that a value was invented.</summary>
    public List<string> Invented { get; } = [];

    /// <summary>A value by its configuration key, <c>Section:Name</c>.</summary>
    public string? this[string key]
    {
        get => _values.GetValueOrDefault(key);
        set => _values[key] = value;
    }

    /// <summary>Reads the environment and invents what is missing.</summary>
    public static HouseConfiguration FromEnvironment() => new(new ConfigurationBuilder().AddEnvironmentVariables().Build());

    /// <summary>Uses a value unless the environment gave one.</summary>
    public string Default(string key, string value)
    {
        if (string.IsNullOrEmpty(this[key]))
        {
            _values[key] = value;
        }

        return _values[key]!;
    }

    /// <summary>The values as a service reads them, with some keys left out that this service is not given.</summary>
    public IConfiguration Build(params string[] withheld) => new ConfigurationBuilder()
        .AddInMemoryCollection(_values.Where(pair => !withheld.Contains(pair.Key, StringComparer.OrdinalIgnoreCase)))
        .Build();

    /// <summary>How a configuration key is written as an environment variable.</summary>
    public static string Variable(string key) => key.Replace(":", "__", StringComparison.Ordinal);

    private static string RandomHex(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}
