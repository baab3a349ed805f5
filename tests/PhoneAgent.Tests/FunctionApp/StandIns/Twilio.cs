// Stand-ins for what functions/app uses of the package Twilio 7.14, which not every feed has: same names, same shapes, and
// the same behaviour where the placer depends on it (the form's fields, addresses as given, which exception when).
// Source: https://github.com/twilio/twilio-csharp
using System.Net;
using System.Text;
using System.Text.Json;

namespace Twilio.Types
{
    internal interface IEndpoint;

    internal sealed class PhoneNumber(string number) : IEndpoint
    {
        public override string ToString() => number;
    }
}

namespace Twilio.Http
{
    internal sealed class HttpMethod(string method)
    {
        public static readonly HttpMethod Post = new("POST");

        public override string ToString() => method;
    }

    internal sealed class Request(HttpMethod method, string url, List<KeyValuePair<string, string>> postParams)
    {
        public HttpMethod Method => method;

        public string Url => url;

        public List<KeyValuePair<string, string>> PostParams => postParams;

        public string? Username { get; private set; }

        public string? Password { get; private set; }

        public void SetAuth(string username, string password) => (Username, Password) = (username, password);
    }

    internal sealed class Response(HttpStatusCode statusCode, string content)
    {
        public HttpStatusCode StatusCode => statusCode;

        public string Content => content;
    }

    internal abstract class HttpClient
    {
        public abstract Task<Response> MakeRequestAsync(Request request);
    }

    internal sealed class SystemNetHttpClient(System.Net.Http.HttpClient? httpClient = null) : HttpClient
    {
        private readonly System.Net.Http.HttpClient _http = httpClient ?? new System.Net.Http.HttpClient();

        public override async Task<Response> MakeRequestAsync(Request request)
        {
            using var message = new HttpRequestMessage(System.Net.Http.HttpMethod.Post, request.Url) { Content = new FormUrlEncodedContent(request.PostParams) };
            message.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{request.Username}:{request.Password}")));
            using var response = await _http.SendAsync(message);
            return new Response(response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }
}

namespace Twilio.Exceptions
{
    internal class TwilioException(string message, Exception? inner = null) : Exception(message, inner);

    internal sealed class ApiConnectionException(string message, Exception? inner = null) : TwilioException(message, inner);

    internal sealed class ApiException : TwilioException
    {
        public ApiException(string message, Exception? inner = null)
            : base(message, inner)
        {
        }

        public ApiException(int code, int status, string message)
            : base(message) => (Code, Status) = (code, status);

        public int Code { get; }

        public int Status { get; }
    }
}

namespace Twilio.Clients
{
    internal interface ITwilioRestClient
    {
        string AccountSid { get; }

        Task<Http.Response> RequestAsync(Http.Request request);
    }

    internal sealed class TwilioRestClient(string username, string? password, string? accountSid = null, string? region = null, Http.HttpClient? httpClient = null, string? edge = null) : ITwilioRestClient
    {
        private readonly Http.HttpClient _http = httpClient ?? new Http.SystemNetHttpClient();

        public string AccountSid => accountSid ?? username;

        public string? Region => region;

        public string? Edge => edge;

        public async Task<Http.Response> RequestAsync(Http.Request request)
        {
            request.SetAuth(username, password!);
            Http.Response response;
            try
            {
                response = await _http.MakeRequestAsync(request);
            }
            catch (Exception clientException)
            {
                throw new Exceptions.ApiConnectionException("Connection Error: " + request.Method + request.Url, clientException);
            }

            if (response.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.BadRequest)
            {
                return response;
            }

            try
            {
                using var error = JsonDocument.Parse(response.Content);
                throw new Exceptions.ApiException(error.RootElement.TryGetProperty("code", out var code) ? code.GetInt32() : 0, (int)response.StatusCode, "seeded-twilio-text");
            }
            catch (JsonException)
            {
                throw new Exceptions.ApiException("Api Error: " + response.StatusCode);
            }
        }
    }
}

namespace Twilio.Rest.Api.V2010.Account
{
    internal sealed class CreateCallOptions(Types.IEndpoint to, Types.IEndpoint from)
    {
        public Types.IEndpoint To => to;

        public Types.IEndpoint From => from;

        public Uri? Url { get; set; }

        public Http.HttpMethod? Method { get; set; }

        public Uri? StatusCallback { get; set; }

        public Http.HttpMethod? StatusCallbackMethod { get; set; }

        public List<string> StatusCallbackEvent { get; set; } = [];

        public int? Timeout { get; set; }

        public int? TimeLimit { get; set; }

        public string? MachineDetection { get; set; }

        public List<KeyValuePair<string, string>> GetParams() =>
        [
            .. new (string Name, string? Value)[]
            {
                ("To", To.ToString()), ("From", From.ToString()), ("Method", Method?.ToString()), ("Url", Url?.OriginalString),
                ("StatusCallback", StatusCallback?.OriginalString), ("StatusCallbackMethod", StatusCallbackMethod?.ToString()),
                ("Timeout", Timeout?.ToString(null, null)), ("TimeLimit", TimeLimit?.ToString(null, null)), ("MachineDetection", MachineDetection),
            }.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Name, one.Value!)),
            .. StatusCallbackEvent.Select(one => KeyValuePair.Create("StatusCallbackEvent", one)),
        ];
    }

    internal sealed class CallResource
    {
        public string? Sid { get; private init; }

        public StatusEnum? Status { get; private init; }

        public static async Task<CallResource> CreateAsync(CreateCallOptions options, Clients.ITwilioRestClient? client = null)
        {
            var response = await client!.RequestAsync(new Http.Request(Http.HttpMethod.Post, $"https://api.twilio.com/2010-04-01/Accounts/{client.AccountSid}/Calls.json", options.GetParams()));
            try
            {
                using var call = JsonDocument.Parse(response.Content);
                return new CallResource { Sid = Text("sid"), Status = Text("status") is { } status ? new StatusEnum(status) : null };

                string? Text(string name) => call.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
            }
            catch (JsonException e)
            {
                throw new Exceptions.ApiException(e.Message, e);
            }
        }

        internal sealed class StatusEnum(string value)
        {
            public override string ToString() => value;
        }
    }
}
