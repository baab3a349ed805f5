using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace PhoneAgent.Tests.Doctor;

/// <summary>The part of Twilio's REST API that tells about an account, as its documentation describes it.</summary>
/// <remarks>Sources: https://www.twilio.com/docs/iam/api/account, https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource</remarks>
internal sealed class TwilioAccountApi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TwilioAccountApi(WebApplication app) => _app = app;

    public required string AccountSid { get; init; }

    public required string AuthToken { get; init; }

    public string Status { get; set; } = "active";

    public string Type { get; set; } = "Full";

    public (string Sid, string Secret) ApiKey { get; set; } = ("SK" + new string('a', 32), "the-api-secret");

    /// <summary>Numbers of the account: number, voice_url, voice_method, status_callback, can speak.</summary>
    public List<(string Number, string VoiceUrl, string VoiceMethod, string StatusCallback, bool Voice)> Numbers { get; } = [];

    public Uri Address => new(_app.Urls.Single());

    public static async Task<TwilioAccountApi> StartAsync(string accountSid, string authToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var api = new TwilioAccountApi(app) { AccountSid = accountSid, AuthToken = authToken };
        app.MapGet("/2010-04-01/Accounts/{sid}.json", (HttpRequest request, string sid) => api.Account(request, sid));
        app.MapGet("/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers.json", (HttpRequest request, string sid) => api.IncomingPhoneNumbers(request, sid));
        app.MapGet("/2010-04-01/Accounts/{sid}/Calls.json", (HttpRequest request) => api.Opens(request, api.ApiKey) ? Results.Json(new { calls = Array.Empty<object>() }) : Refusal());
        await app.StartAsync();
        return api;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static IResult Refusal() => Results.Json(new { code = 20003, message = "Authenticate", more_info = "https://www.twilio.com/docs/errors/20003", status = 401 }, statusCode: 401);

    private IResult Account(HttpRequest request, string sid) =>
        Opens(request, (AccountSid, AuthToken)) && sid == AccountSid
            ? Results.Json(new { sid, status = Status, type = Type, auth_token = AuthToken, friendly_name = "My account" })
            : Refusal();

    private IResult IncomingPhoneNumbers(HttpRequest request, string sid)
    {
        if (!Opens(request, (AccountSid, AuthToken)) || sid != AccountSid)
        {
            return Refusal();
        }

        var wanted = (string?)request.Query["PhoneNumber"];
        return Results.Json(
            new
            {
                incoming_phone_numbers = from one in Numbers
                                         where wanted is null || one.Number == wanted
                                         select new
                                         {
                                             phone_number = one.Number,
                                             voice_url = one.VoiceUrl,
                                             voice_method = one.VoiceMethod,
                                             status_callback = one.StatusCallback,
                                             capabilities = new { voice = one.Voice, sms = true },
                                         },
            },
            JsonSerializerOptions.Default);
    }

    private bool Opens(HttpRequest request, (string User, string Password) pair) =>
        request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{pair.User}:{pair.Password}"));
}
