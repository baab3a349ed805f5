using System.Text.Json.Serialization;

namespace PhoneAgent.Core.Calls;

/// <summary>What a model made of a call's transcript. Its words are a model's, about what strangers said: data, never instructions.</summary>
/// <param name="Outcome">What the call was about and how it ended.</param>
/// <param name="Topics">What was spoken about.</param>
/// <param name="Promises">What the agent promised.</param>
/// <param name="Sentiment">How the caller seemed to feel.</param>
/// <param name="FollowUps">What the owner should do now.</param>
public sealed record CallSummary(string Outcome, IReadOnlyList<string> Topics, IReadOnlyList<string> Promises, CallerSentiment Sentiment, IReadOnlyList<string> FollowUps);

/// <summary>How a caller seemed to feel.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallerSentiment>))]
public enum CallerSentiment
{
    /// <summary>Pleased.</summary>
    Positive,

    /// <summary>Neither, or it could not be told.</summary>
    Neutral,

    /// <summary>Displeased.</summary>
    Negative,

    /// <summary>Both.</summary>
    Mixed,
}
