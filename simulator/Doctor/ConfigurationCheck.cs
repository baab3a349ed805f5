using System.Reflection;
using Microsoft.Extensions.Configuration;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Simulator.Doctor;

/// <summary>What can be said without asking anybody: the services' own rules, the agent profiles, and slips of the pen that no rule sees.</summary>
internal static class ConfigurationCheck
{
    private const string Name = "configuration";
    private const int SlipOfThePen = 2;

    // Section by its settings: what a service can read.
    private static readonly (string Section, Type Settings)[] Sections =
    [
        ("Twilio", typeof(TwilioSettings)),
        ("PhoneAgent", typeof(PhoneAgentSettings)),
        ("Gemini", typeof(GeminiSettings)),
        ("Relay", typeof(RelaySettings)),
        ("Outbound", typeof(OutboundSettings)),
        ("Inbound", typeof(InboundSettings)),
    ];

    // Read without a settings class.
    private static readonly string[] OtherKeys = ["PhoneAgent:LocalFunctionKey"];

    /// <summary>Looks at values and profiles.</summary>
    /// <param name="patient">The values.</param>
    /// <param name="agents">The profiles' folder; null for the one beside the application.</param>
    public static IEnumerable<Finding> Look(Patient patient, string? agents)
    {
        Finding[] findings = [.. Rules(patient), .. Profiles(patient, agents), .. Unknown(patient), .. Doubtful(patient)];
        return findings.Any(one => one.State == FindingState.Problem) ? findings : [Finding.Fine(Name, "every required key is there, and every value has its form"), .. findings];
    }

    // "KEY problem. Fix."
    private static IEnumerable<Finding> Rules(Patient patient) =>
        from problem in ConfigurationRules.Problems(patient.Configuration, ServiceRole.Functions, ServiceRole.Relay)
        let end = problem.IndexOf(". ", StringComparison.Ordinal)
        select end < 0 ? Finding.Problem(Name, problem, "Correct it.") : Finding.Problem(Name, problem[..(end + 1)], problem[(end + 2)..]);

    private static IEnumerable<Finding> Profiles(Patient patient, string? folder)
    {
        AgentProfiles profiles;
        try
        {
            profiles = AgentProfiles.Load(folder);
        }
        catch (AgentProfileException mistakes)
        {
            return mistakes.Problems.Select(one => Finding.Problem("agent profiles", one, "Correct the file."));
        }

        return from number in patient.Configuration.GetSection("PhoneAgent:Agents").GetChildren()
               where profiles.Find(number.Value) is null
               select Finding.Problem("agent profiles", $"PhoneAgent__Agents__{number.Key} names no agent profile.", $"There are: {string.Join(", ", profiles.Names)}.");
    }

    private static IEnumerable<Finding> Unknown(Patient patient)
    {
        string[] known = [.. Sections.SelectMany(section => Keys(section.Section, section.Settings)), .. OtherKeys];
        foreach (var (section, _) in Sections)
        {
            foreach (var child in patient.Configuration.GetSection(section).GetChildren().Where(child => !known.Contains(child.Path, StringComparer.OrdinalIgnoreCase)))
            {
                yield return Slip(Patient.Variable(child.Path), known);
            }
        }

        // Twilio_AuthToken: one underscore makes a name of its own.
        foreach (var key in known.Where(key => patient[key] is null && patient[key.Replace(':', '_')] is not null))
        {
            yield return Slip(key.Replace(':', '_'), [key]);
        }
    }

    private static Finding Slip(string variable, IEnumerable<string> known)
    {
        var nearest = known.Select(Patient.Variable).MinBy(key => Distance(key.ToUpperInvariant(), variable.ToUpperInvariant()))!;
        return Finding.Warning(
            Name,
            $"{variable} is no key that a service reads.",
            Distance(nearest.ToUpperInvariant(), variable.ToUpperInvariant()) <= SlipOfThePen ? $"Do you mean {nearest}?" : "Remove it, or look into the README's table.");
    }

    private static IEnumerable<Finding> Doubtful(Patient patient)
    {
        if (patient.Functions is { IsLoopback: true })
        {
            yield return Finding.Warning(Name, "PhoneAgent__WebhookBaseUrl is an address of this machine: Twilio cannot reach it.", "For a real number set it to the functions' public https address, or to your tunnel's.");
        }

        if (patient.Stream is { IsLoopback: true })
        {
            yield return Finding.Warning(Name, "PhoneAgent__StreamUrl is an address of this machine: Twilio cannot reach it.", "For a real number set it to the relay's public wss address, or to your tunnel's.");
        }

        if (patient.Stream is { } stream && !stream.AbsolutePath.TrimEnd('/').EndsWith("/stream", StringComparison.Ordinal))
        {
            yield return Finding.Problem(Name, "PhoneAgent__StreamUrl does not end in /stream, where the relay takes streams.", "Append /stream.");
        }

        if (patient.Functions is { AbsolutePath: not "/" })
        {
            yield return Finding.Problem(Name, "PhoneAgent__WebhookBaseUrl has a path; the services append /api/… to an origin.", "Leave the path away.");
        }

        if (bool.TryParse(patient["Outbound:Enabled"], out var on) && on && !patient.Configuration.GetSection("Outbound:AllowedPrefixes").GetChildren().Any())
        {
            yield return Finding.Warning(Name, "Outbound__Enabled is true, but no destination is allowed.", "Set Outbound__AllowedPrefixes__0, like +1415.");
        }
    }

    private static IEnumerable<string> Keys(string section, Type settings) =>
        settings.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => $"{section}:{property.Name}");

    // Levenshtein's, over two short names.
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (one[i - 1] == other[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
