using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Sockets;

namespace PhoneAgent.Simulator.Doctor;

/// <summary>Whether Gemini takes the key, the model and each agent profile: a session is opened with every one, as for a call, and nothing said.</summary>
internal static class GeminiCheck
{
    private const string Name = "Gemini";

    /// <summary>Opens the sessions.</summary>
    public static async Task<Finding> LookAsync(Patient patient, string? agents, CancellationToken cancellation)
    {
        if (patient["Gemini:ApiKey"] is null)
        {
            return Finding.Skipped(Name, "Gemini__ApiKey has to be set first");
        }

        if (patient.IsRefused("Gemini:Endpoint"))
        {
            return Finding.Skipped(Name, "Gemini__Endpoint has to be corrected first");
        }

        AgentProfiles profiles;
        try
        {
            profiles = AgentProfiles.Load(agents);
        }
        catch (AgentProfileException)
        {
            return Finding.Skipped(Name, "the agent profiles have to be corrected first");
        }

        await using var services = Services(patient);
        var connector = services.GetRequiredService<GeminiWebSocketConnector>();
        foreach (var profile in profiles.Names.Select(name => profiles.Find(name)!))
        {
            cancellation.ThrowIfCancellationRequested();
            var model = profile.Model.Name ?? patient.Settings<GeminiSettings>("Gemini").Model;
            if (await GeminiProbe.ProblemAsync(connector, model, profile, patient.Time) is { } problem)
            {
                return Explain(profile.Name, model, OneLine(problem));
            }
        }

        return Finding.Fine(Name, $"takes the key and {(profiles.Names.Count == 1 ? "the agent" : $"all {profiles.Names.Count} agents")}");
    }

    private static ServiceProvider Services(Patient patient)
    {
        var services = new ServiceCollection();
        services.AddOptions<GeminiSettings>().Bind(patient.Configuration.GetSection("Gemini"));
        services.AddSingleton(patient.Time);
        services.AddSingleton<GeminiWebSocketConnector>();
        return services.BuildServiceProvider();
    }

    // By Gemini's own words, because its close codes tell no more than “invalid” or “refused”.
    private static Finding Explain(string agent, string model, string problem) =>
        Says(problem, "API key", "API_KEY", "refused the key") ? Finding.Problem(Name, $"Gemini__ApiKey is refused. ({problem})", "Create a key at https://aistudio.google.com/apikey, and allow it the Generative Language API.")
        : Says(problem, "not found", "is not supported for bidiGenerateContent", "models/") ? Finding.Problem(Name, $"The model {model} is unknown, or is no Live model. ({problem})", "Correct Gemini__Model, or the model of the agent's profile; remove it for the default.")
        : Says(problem, "quota", "429", "RESOURCE_EXHAUSTED") ? Finding.Problem(Name, $"Gemini gives no more sessions. ({problem})", "Wait, or raise the quota of the key's project.")
        : Says(problem, "cannot be reached", "was not reached", "HTTP 404") ? Finding.Problem(Name, $"{problem}.", "Look at Gemini__Endpoint and at this machine's way to the internet.")
        : Finding.Problem(Name, $"The agent {agent} is not taken. ({problem})", "Correct its profile: a feature or value that this model does not know.");

    private static bool Says(string problem, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (problem.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string OneLine(string problem) => string.Concat(problem.Where(one => !char.IsControl(one)).Take(200));
}
