using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Owner;

/// <summary>What all answers to the owner have in common: problem details as RFC 9457 has them, and an answer whatever breaks.</summary>
internal static class OwnerAnswers
{
    /// <summary>A problem.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="title">What kind it is.</param>
    /// <param name="detail">What to do about it.</param>
    /// <param name="retryAfter">When to ask again; null for no word on it.</param>
    /// <param name="retryHelps">Member <c>retryHelps</c>: whether asking again helps; null for no word on it.</param>
    /// <param name="twilioCode">Member <c>twilioCode</c>: Twilio's error number.</param>
    public static IResult Problem(int status, string title, string detail, TimeSpan? retryAfter = null, bool? retryHelps = null, int? twilioCode = null)
    {
        var more = new Dictionary<string, object?>();
        if (retryHelps is not null)
        {
            more["retryHelps"] = retryHelps;
        }

        if (twilioCode is not null)
        {
            more["twilioCode"] = twilioCode;
        }

        var problem = Results.Problem(detail, statusCode: status, title: title, extensions: more);
        return retryAfter is { } wait
            ? problem.WithHeader("Retry-After", Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture))
            : problem;
    }

    /// <summary>The same answer with a header more.</summary>
    public static IResult WithHeader(this IResult answer, string name, string value) => new HeaderedResult(answer, name, value);

    /// <summary>Counts a refusal.</summary>
    public static void Count(string reason) => Telemetry.Refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Answers; turns what breaks into a problem that says nothing about why.</summary>
    public static async Task<IResult> GuardAsync(ILogger logger, Func<Task<IResult>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (CallLogUnavailableException unavailable)
        {
            logger.OwnerRequestBroke(unavailable);
            return Problem(StatusCodes.Status503ServiceUnavailable, "The call log is unavailable.", "Try again later.");
        }
        catch (BadHttpRequestException refused)
        {
            return Problem(refused.StatusCode, "The request could not be read.", "It was cut short, or the server has a limit of its own.");
        }
#pragma warning disable CA1031 // whatever the bug is, outsiders read nothing of it
        catch (Exception broken) when (broken is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.OwnerRequestBroke(broken);
            return Problem(StatusCodes.Status500InternalServerError, "Something broke.", "It was logged.");
        }
    }

    private sealed class HeaderedResult(IResult answer, string name, string value) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers[name] = value;
            return answer.ExecuteAsync(httpContext);
        }
    }
}
