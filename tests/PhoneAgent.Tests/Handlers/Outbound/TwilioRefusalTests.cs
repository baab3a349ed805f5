using PhoneAgent.Handlers.Outbound;

namespace PhoneAgent.Tests.Handlers.Outbound;

/// <summary>Twilio's errors when a call is placed, row by row. Source: https://www.twilio.com/docs/api/errors</summary>
public sealed class TwilioRefusalTests
{
    [Theory]
    [InlineData(20003, false, "credentials")]
    [InlineData(20429, true, "too many")]
    [InlineData(20500, true, "trouble")]
    [InlineData(20503, true, "trouble")]
    [InlineData(21201, false, "called number")]
    [InlineData(21205, false, "PhoneAgent__WebhookBaseUrl")]
    [InlineData(21211, false, "called number")]
    [InlineData(21217, false, "called number")]
    [InlineData(21210, false, "Twilio__PhoneNumber")]
    [InlineData(21212, false, "Twilio__PhoneNumber")]
    [InlineData(21202, false, "premium")]
    [InlineData(21214, false, "reached")]
    [InlineData(21216, false, "blocked")]
    [InlineData(21203, false, "region")]
    [InlineData(21215, false, "region")]
    [InlineData(13227, false, "region")]
    [InlineData(21219, false, "trial")]
    [InlineData(21220, false, "over")]
    [InlineData(20404, false, "over")]
    public void A_known_code_has_its_cause(int code, bool retryHelps, string word)
    {
        var explanation = new TwilioRefusal(code, 400).Explain();
        Assert.Equal(retryHelps, explanation.RetryHelps);
        Assert.Contains(word, explanation.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 401, false)]
    [InlineData(null, 403, false)]
    [InlineData(null, 429, true)]
    [InlineData(null, 500, true)]
    [InlineData(99999, 503, true)]
    [InlineData(99999, 400, false)]
    public void An_unknown_code_is_judged_by_the_http_status(int? code, int http, bool retryHelps) =>
        Assert.Equal(retryHelps, new TwilioRefusal(code, http).Explain().RetryHelps);
}
