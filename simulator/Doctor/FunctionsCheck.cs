using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Simulator.Doctor;

/// <summary>
/// The functions as Twilio meets them: that they can be reached, refuse what nobody signed, take what Twilio's token
/// signed, and offer a stream. For that one call is announced to them, and reported as ended at once; it leaves a record.
/// </summary>
internal sealed class FunctionsCheck(Patient patient)
{
    private const string Name = "functions";

    // Twilio's test number, which nobody has. Source: https://www.twilio.com/docs/iam/test-credentials
    private const string TestNumber = "+15005550006";

    /// <summary>Asks them; the second value is the address of the stream they offer, null when none was.</summary>
    public async Task<(IReadOnlyList<Finding> Findings, Uri? Offer)> LookAsync(CancellationToken cancellation)
    {
        if (patient.Functions is not { } origin)
        {
            return ([Finding.Skipped(Name, "PhoneAgent__WebhookBaseUrl has to be set first")], null);
        }

        var health = await patient.Ask.GetAsync(new Uri(origin, "api/health"), cancellation);
        if (Unreachable(health) is { } unreachable)
        {
            return ([unreachable], null);
        }

        List<Finding> findings = [Finding.Fine(Name, "can be reached"), .. Clock(health)];
        findings.Add(await LookAtTrustAsync(cancellation));
        if (!patient.TryGet("Twilio:AccountSid", "Twilio:AuthToken", out var account, out var token))
        {
            return ([.. findings, Finding.Skipped(Name, "without Twilio__AccountSid and Twilio__AuthToken no call can be announced")], null);
        }

        var (call, offer) = await AnnounceAsync(account, token, cancellation);
        return ([.. findings, call], offer);
    }

    private IEnumerable<Finding> Clock(Answer answer) => ClockCheck.Compare("the functions", answer.Date, patient.Time.GetUtcNow()) is { } clock ? [clock] : [];

    private static Finding? Unreachable(Answer health) => health switch
    {
        { Failure: { } failure } => Finding.Problem(Name, $"The service at PhoneAgent__WebhookBaseUrl {failure}.", "Deploy or start the functions, or correct the address; behind a tunnel, start the tunnel."),
        { Status: HttpStatusCode.NotFound } => Finding.Problem(Name, "PhoneAgent__WebhookBaseUrl answers, but has no /api/health.", "Correct the address; it is the origin alone, without /api."),
        { Location: not null } => Finding.Problem(Name, "PhoneAgent__WebhookBaseUrl sends elsewhere; Twilio's signature is bound to the address.", "Name the final address."),
        { Succeeded: false } => Finding.Problem(Name, $"/api/health at PhoneAgent__WebhookBaseUrl answers HTTP {(int)health.Status}.", "Look into the functions' log; they do not start with a wrong configuration."),
        _ when !SaysVersion(health.Text) => Finding.Problem(Name, "Something else answers at PhoneAgent__WebhookBaseUrl: its /api/health is not ours.", "Correct the address; some tunnels show a page of their own first."),
        _ => null,
    };

    private async Task<Finding> LookAtTrustAsync(CancellationToken cancellation)
    {
        var answer = await PostAsync("api/voice/incoming", [], null, cancellation);
        return answer.Status == HttpStatusCode.Forbidden
            ? Finding.Fine(Name, "refuse what nobody signed")
            : Finding.Problem(Name, $"A request without a signature is answered with {(answer.Failure is null ? $"HTTP {(int)answer.Status}" : "nothing")} instead of 403.", "Look what stands between Twilio and the functions; our functions refuse it.");
    }

    private async Task<(Finding Finding, Uri? Offer)> AnnounceAsync(string account, string token, CancellationToken cancellation)
    {
        var sid = "CA" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var form = new CallForm(
            new PhoneSettings { AccountSid = account, AuthToken = token, IncomingUrl = patient.Functions!, From = TestNumber, To = patient["Twilio:PhoneNumber"] ?? TestNumber },
            sid);
        var answer = await PostAsync("api/voice/incoming", form.ForTwiml("ringing"), token, cancellation);
        var found = Offer(answer);
        if (answer.Succeeded)
        {
            await PostAsync("api/voice/status", form.ForStatus("completed", 1, patient.Time.GetUtcNow(), ("CallDuration", "0")), token, cancellation);
        }

        return found;
    }

    private (Finding Finding, Uri? Offer) Offer(Answer answer)
    {
        if (answer.Status == HttpStatusCode.Forbidden)
        {
            return (Finding.Problem(Name, "A request signed with Twilio__AuthToken is refused.", "The functions have another Twilio__AuthToken, or take another address for theirs: their PhoneAgent__WebhookBaseUrl must be the one Twilio calls, to the letter."), null);
        }

        if (!answer.Succeeded)
        {
            return (Finding.Problem(Name, $"An announced call is answered with HTTP {(int)answer.Status}.", "Look into the functions' log."), null);
        }

        XElement? twiml;
        try
        {
            twiml = XDocument.Parse(answer.Text).Root;
        }
        catch (XmlException)
        {
            twiml = null;
        }

        if (twiml?.Element("Reject") is not null)
        {
            return (Finding.Warning(Name, "An announced call is rejected.", "Look at Inbound__BlockedPrefixes and Inbound__MaxConcurrentPerCaller."), null);
        }

        if (twiml?.Descendants("Stream").FirstOrDefault()?.Attribute("url")?.Value is not { } url || !Uri.TryCreate(url, UriKind.Absolute, out var offer))
        {
            return (Finding.Problem(Name, "An announced call is answered with the apology: the functions cannot use their call log.", "Give the function app's identity the role Storage Blob Data Contributor on the container of PhoneAgent__CallLog."), null);
        }

        return patient.Stream is { } stream && !url.StartsWith(stream.AbsoluteUri.TrimEnd('/') + "/", StringComparison.OrdinalIgnoreCase)
            ? (Finding.Problem(Name, "The functions send calls to another relay than PhoneAgent__StreamUrl names here.", "Set the same PhoneAgent__StreamUrl for both."), null)
            : (Finding.Fine(Name, "take what Twilio's token signed, and offer a stream"), offer);
    }

    private Task<Answer> PostAsync(string path, IReadOnlyList<KeyValuePair<string, string>> form, string? token, CancellationToken cancellation)
    {
        var address = new Uri(patient.Functions!, path);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form) };
        if (token is not null)
        {
            request.Headers.Add("X-Twilio-Signature", RequestSignature.Of(token, RequestSignature.SignedUrl(address), form));
        }

        return patient.Ask.SendAsync(request, cancellation);
    }

    private static bool SaysVersion(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("version", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
