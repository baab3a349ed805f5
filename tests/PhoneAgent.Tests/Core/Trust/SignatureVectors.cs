using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PhoneAgent.Tests.Core.Trust;

/// <summary>
/// Signature examples collected from Twilio's own libraries. They are not ours to publish, so they lie beside the
/// repository where there are any; PHONEAGENT_VECTORS can name the file instead.
/// </summary>
internal static class SignatureVectors
{
    public static string? Path { get; } = Find();

    public static IEnumerable<SignatureVector> Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path!));
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            yield return new SignatureVector(
                vector.GetProperty("description").GetString()!,
                vector.GetProperty("authToken").GetString()!,
                vector.GetProperty("url").GetString()!,
                Fields(vector.GetProperty("params")),
                vector.TryGetProperty("body", out var body) ? body.GetString() : null,
                vector.GetProperty("signature").GetString(),
                vector.GetProperty("valid").GetBoolean(),
                vector.TryGetProperty("needsApostropheVariant", out var apostrophe) && apostrophe.GetBoolean());
        }
    }

    private static KeyValuePair<string, string?>[] Fields(JsonElement parameters) => parameters.ValueKind switch
    {
        JsonValueKind.Object => [.. parameters.EnumerateObject().Select(one => KeyValuePair.Create(one.Name, one.Value.GetString()))],
        JsonValueKind.Array => [.. parameters.EnumerateArray().Select(pair => KeyValuePair.Create(pair[0].GetString()!, pair[1].GetString()))],
        _ => [],
    };

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("PHONEAGENT_VECTORS") is { Length: > 0 } named)
        {
            return named;
        }

        return Checkout.Beside("twilio-signature-vectors.json");
    }
}

internal sealed record SignatureVector(
    string Description, string AuthToken, string Url, KeyValuePair<string, string?>[] Fields, string? Body, string? Signature, bool Valid, bool NeedsApostropheVariant);

/// <summary>A fact that needs the collected examples, and says so where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsVectorsFactAttribute : FactAttribute
{
    public NeedsVectorsFactAttribute([CallerMemberName] string test = "") =>
        this.SkipWhen(SignatureVectors.Path is null ? "The signature examples are not beside the repository (../shared/facts) and PHONEAGENT_VECTORS names none." : null, test);
}
