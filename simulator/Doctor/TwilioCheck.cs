using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;

namespace PhoneAgent.Simulator.Doctor;

/// <summary>
/// The account, as Twilio's REST API knows it, and whether its numbers ask our functions. Only reads.
/// Sources: https://www.twilio.com/docs/iam/api/account, https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
/// </summary>
internal sealed class TwilioCheck(Patient patient)
{
    private const string Account = "Twilio account";
    private const string Numbers = "Twilio numbers";
    private const string Incoming = "api/voice/incoming";
    private const string Status = "api/voice/status";

    /// <summary>Asks Twilio.</summary>
    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation)
    {
        if (!patient.TryGet("Twilio:AccountSid", "Twilio:AuthToken", out var sid, out var token))
        {
            return [Finding.Skipped(Account, "Twilio__AccountSid and Twilio__AuthToken have to be set first")];
        }

        var answer = await GetAsync($"2010-04-01/Accounts/{Uri.EscapeDataString(sid)}.json", sid, token, cancellation);
        var account = LookAtAccount(answer);
        var keys = await LookAtApiKeyAsync(sid, cancellation);
        return account.State == FindingState.Problem ? [account, .. keys] : [account, .. keys, .. await LookAtNumbersAsync(sid, token, cancellation)];
    }

    private static Finding LookAtAccount(Answer answer) => answer switch
    {
        { Failure: { } failure } => Finding.Problem(Account, $"Twilio's API {failure}.", "Look at this machine's way to the internet."),
        { Status: HttpStatusCode.Unauthorized } => Finding.Problem(Account, "Twilio knows no such pair of Twilio__AccountSid and Twilio__AuthToken.", "Copy both from the Twilio console once more; an API key's secret is no auth token, and test credentials sign nothing."),
        { Status: HttpStatusCode.NotFound } => Finding.Problem(Account, "Twilio__AccountSid names no account of this auth token.", "Copy the Account SID from the Twilio console."),
        { Succeeded: false } => Finding.Problem(Account, $"Twilio's API answered HTTP {(int)answer.Status}.", "Try again later."),
        _ when Text(answer.Text, "status") is { } status and not "active" => Finding.Problem(Account, $"The account is {status}.", "Open it again in the Twilio console; often the balance is used up."),
        _ when Text(answer.Text, "type") == "Trial" => Finding.Warning(Account, "It is a trial account: callers hear Twilio's announcement first, and only verified numbers can be called.", "Upgrade it before you publish the number."),
        _ => Finding.Fine(Account, "SID and token belong together, and the account is active"),
    };

    private async Task<IEnumerable<Finding>> LookAtApiKeyAsync(string sid, CancellationToken cancellation)
    {
        if (!patient.TryGet("Twilio:ApiKeySid", "Twilio:ApiKeySecret", out var key, out var secret))
        {
            return [];
        }

        var answer = await GetAsync($"2010-04-01/Accounts/{Uri.EscapeDataString(sid)}/Calls.json?PageSize=1", key, secret, cancellation);
        return answer switch
        {
            { Failure: not null } => [],
            { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => [Finding.Problem(Account, "Twilio refuses Twilio__ApiKeySid with Twilio__ApiKeySecret for this account.", "Create a standard API key in the account itself; its secret is shown only once.")],
            _ => [Finding.Fine(Account, "the API key opens the account")],
        };
    }

    private async Task<IEnumerable<Finding>> LookAtNumbersAsync(string sid, string token, CancellationToken cancellation)
    {
        var ours = patient.Settings<TwilioSettings>("Twilio");
        string[] named = [.. new[] { ours.PhoneNumber }.Concat(ours.PhoneNumbers).OfType<string>().Where(PhoneNumber.IsE164).Distinct()];
        var findings = new List<Finding>();
        foreach (var number in named)
        {
            var answer = await GetAsync($"2010-04-01/Accounts/{Uri.EscapeDataString(sid)}/IncomingPhoneNumbers.json?PhoneNumber={Uri.EscapeDataString(number)}", sid, token, cancellation);
            findings.AddRange(answer.Succeeded ? Owned(answer.Text).DefaultIfEmpty() is var owned && owned.First() is { } one ? Look(one) : [NotOwned(number)] : []);
        }

        if (named.Length == 0 && patient.Functions is not null)
        {
            var all = await GetAsync($"2010-04-01/Accounts/{Uri.EscapeDataString(sid)}/IncomingPhoneNumbers.json?PageSize=1000", sid, token, cancellation);
            findings.Add(Pointing(all));
        }

        return findings;
    }

    private static Finding NotOwned(string number) => Finding.Problem(
        Numbers, $"{MaskedNumber.Of(number)} is not a number of this account.", "Correct Twilio__PhoneNumber, or take the account that owns it; a subaccount's numbers are its own.");

    private Finding Pointing(Answer all) =>
        !all.Succeeded ? Finding.Skipped(Numbers, "Twilio did not list the account's numbers")
        : Owned(all.Text).Count(number => SameAddress(number.VoiceUrl, Incoming)) is > 0 and var count ? Finding.Fine(Numbers, $"{count} of the account's numbers ask these functions")
        : Finding.Warning(Numbers, "No number of the account asks these functions.", $"In the Twilio console set a number's “A call comes in” to {Url(Incoming)} (HTTP POST).");

    private IEnumerable<Finding> Look(OwnedNumber number)
    {
        var name = MaskedNumber.Of(number.Number);
        if (!number.Speaks)
        {
            yield return Finding.Problem(Numbers, $"{name} cannot take voice calls.", "Buy a number with the capability Voice.");
        }

        if (patient.Functions is null)
        {
            yield break;
        }

        if (!SameAddress(number.VoiceUrl, Incoming))
        {
            yield return Finding.Problem(Numbers, $"{name} asks another address when a call comes in.", $"Set its “A call comes in” to {Url(Incoming)} (HTTP POST).");
        }
        else if (number.VoiceMethod != "POST")
        {
            yield return Finding.Problem(Numbers, $"{name} asks by {number.VoiceMethod}; the functions answer POST only.", "Set the method of “A call comes in” to HTTP POST.");
        }
        else
        {
            yield return Finding.Fine(Numbers, $"{name} asks these functions");
        }

        if (!SameAddress(number.StatusCallback, Status))
        {
            yield return Finding.Warning(Numbers, $"{name} does not tell these functions when a call has ended, so records lack their duration.", $"Set its “Call status changes” to {Url(Status)} (HTTP POST).");
        }
    }

    private Uri Url(string path) => new(patient.Functions!, path);

    private bool SameAddress(string? given, string path) =>
        Uri.TryCreate(given, UriKind.Absolute, out var address) && Uri.Compare(address, Url(path), UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private Task<Answer> GetAsync(string path, string user, string password, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(patient.TwilioApi, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        return patient.Ask.SendAsync(request, cancellation);
    }

    private static IReadOnlyList<OwnedNumber> Owned(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return
            [
                .. from number in document.RootElement.GetProperty("incoming_phone_numbers").EnumerateArray()
                   select new OwnedNumber(
                       number.GetProperty("phone_number").GetString() ?? "",
                       Text(number, "voice_url"),
                       Text(number, "voice_method") ?? "POST",
                       Text(number, "status_callback"),
                       !number.TryGetProperty("capabilities", out var can) || !can.TryGetProperty("voice", out var voice) || voice.ValueKind != JsonValueKind.False)
            ];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return [];
        }
    }

    private static string? Text(string json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Text(document.RootElement, name);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record OwnedNumber(string Number, string? VoiceUrl, string VoiceMethod, string? StatusCallback, bool Speaks);
}
