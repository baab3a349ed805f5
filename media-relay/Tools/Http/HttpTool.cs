using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhoneAgent.Core.Agents;

namespace PhoneAgent.MediaRelay.Tools.Http;

/// <summary>
/// An HTTP request that a profile declares as a tool. Arguments are data: they are escaped into the path and the query, or
/// stand in a JSON body, and can lead to no other host and no other path.
/// </summary>
internal sealed class HttpTool(HttpToolRules rules, ToolHttp http, ToolSecrets secrets)
{
    private const int MaxRedirects = 3;

    /// <summary>The tool as the model has it.</summary>
    /// <exception cref="GeminiSchemaException">Gemini cannot be told its parameters.</exception>
    public CallTool Named(string name) => new(name, rules.Description, rules.Parameters, rules, (call, cancellation) => SendAsync(call.Arguments, cancellation));

    private async Task<FunctionAnswer> SendAsync(JsonElement arguments, CancellationToken cancellation)
    {
        if (HttpToolUrl.Fill(rules.Url, arguments, out var rest) is not { } url)
        {
            return ToolAnswers.Error("An argument is empty, or is not allowed in an address.");
        }

        var hasBody = rules.Method is "POST" or "PUT" or "PATCH";
        url = hasBody ? url : HttpToolUrl.WithQuery(url, rest);
        try
        {
            for (var hop = 0; hop <= MaxRedirects; hop++)
            {
                using var request = Request(url, hasBody ? rest : null, withHeaders: IsOwn(url));
                using var response = await http.SendAsync(request, rules.PrivateNetwork, cancellation);
                if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                {
                    return await AnswerAsync(response, cancellation);
                }

                if (rules.Method != "GET" || response.Headers.Location is not { } location || !MayGo(url = new Uri(url, location)))
                {
                    return ToolAnswers.Error("The service answered with a redirect to somewhere else.");
                }
            }

            return ToolAnswers.Error("The service answered with too many redirects.");
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            return ToolAnswers.Error("The service could not be reached.");
        }
    }

    private HttpRequestMessage Request(Uri url, JsonObject? body, bool withHeaders)
    {
        var request = new HttpRequestMessage(new HttpMethod(rules.Method), url);
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/plain;q=0.9");
        request.Headers.TryAddWithoutValidation("User-Agent", "ServerlessPhoneAgent");
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        // They hold secrets: they go to the tool's own host only.
        foreach (var header in withHeaders ? secrets.Filled(rules.Headers) : [])
        {
            request.Headers.Remove(header.Key);
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return request;
    }

    private async Task<FunctionAnswer> AnswerAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await BeginningAsync(response, rules.MaxResultBytes + 1, cancellation);
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return ToolAnswers.Error("The service answered with something that is no text.");
        }

        if (response.IsSuccessStatusCode)
        {
            return string.IsNullOrWhiteSpace(text) ? new FunctionAnswer(true, """{"ok":true}""") : ToolAnswers.Of(text);
        }

        var said = ToolAnswers.Of(ToolAnswers.Beginning(text, 1_024));
        return new FunctionAnswer(false, $$"""{"status":{{(int)response.StatusCode}},"answer":{{said.Json}}}""");
    }

    // No more is read than the model may get.
    private static async Task<string> BeginningAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var bytes = new byte[maxBytes];
        var length = await stream.ReadAtLeastAsync(bytes, maxBytes, throwOnEndOfStream: false, cancellation);
        return Encoding.UTF8.GetString(bytes, 0, length).TrimStart('\uFEFF');
    }

    private bool IsOwn(Uri url) => Uri.Compare(url, new Uri(HttpToolUrl.WithoutNames(rules.Url)), UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private bool MayGo(Uri url) => IsOwn(url)
        || (url.Scheme == Uri.UriSchemeHttps && url.UserInfo.Length == 0 && rules.AllowedHosts.Any(host => host.Equals(url.IsDefaultPort ? url.Host : url.Authority, StringComparison.OrdinalIgnoreCase)));
}
