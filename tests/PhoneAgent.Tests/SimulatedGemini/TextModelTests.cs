using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Tests.Sound;

namespace PhoneAgent.Tests.GeminiSimulation;

/// <summary>The relay asks a text model over HTTP: the simulated one, and servers that answer anything else.</summary>
public sealed class TextModelTests
{
    private const string Key = "the-key";

    [Fact]
    public async Task The_relay_is_answered_with_its_key_in_a_header_and_its_instructions_apart_from_the_data()
    {
        await using var server = await SimulatedGeminiServer.StartAsync(Options());
        using var model = Model(server.Endpoint);

        var answer = await model.AskAsync("Be brief.", "<transcript>\nMy order is 4711, please\n</transcript>", CancellationToken.None);

        Assert.Equal(new TextAnswer("My order is 4711,", null, "gemini-3.6-flash", new TokenUsage(AudioIn: 0, TextIn: 50 / 4, AudioOut: 0, TextOut: (17 / 4) + 12)), answer);
        var request = Assert.Single(server.Gemini.TextModel.Requests);
        Assert.Equal("gemini-3.6-flash", (string?)request["model"]);
        Assert.Equal("Be brief.", (string?)request["systemInstruction"]!["parts"]![0]!["text"]);
        Assert.Equal("<transcript>\nMy order is 4711, please\n</transcript>", (string?)Assert.Single(request["contents"]!.AsArray())!["parts"]![0]!["text"]);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("\"")]
    [InlineData("ü")]
    [InlineData("😀")]
    [InlineData("x😀")]
    public async Task A_text_of_any_length_arrives_as_it_is(string text)
    {
        await using var server = await SimulatedGeminiServer.StartAsync(Options());
        using var model = Model(server.Endpoint);
        string[] texts = [.. new[] { 1_023, 1_024, 1_025, 2_048, 12_000 }.Select(length => string.Concat(Enumerable.Repeat(text, length)))];

        foreach (var data in texts)
        {
            Assert.Null((await model.AskAsync("", data, CancellationToken.None)).Problem);
        }

        Assert.Equal(texts, server.Gemini.TextModel.Requests.Select(request => (string)request["contents"]![0]!["parts"]![0]!["text"]!));
    }

    [Fact]
    public async Task A_wrong_key_and_a_server_that_is_not_there_are_told_without_the_key()
    {
        string endpoint;
        await using (var server = await SimulatedGeminiServer.StartAsync(Options()))
        {
            endpoint = server.Endpoint;
            using var wrong = Model(endpoint, "another-key");
            Assert.Equal(new TextAnswer(null, "Gemini's text model answered HTTP 400"), await wrong.AskAsync("", "x", CancellationToken.None));
            Assert.Empty(server.Gemini.TextModel.Requests);
        }

        using var gone = Model(endpoint);
        Assert.Equal(new TextAnswer(null, "Gemini's text model cannot be reached"), await gone.AskAsync("", "x", CancellationToken.None));
    }

    [Theory]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"Thinking.","thought":true},{"text":"One "},{"text":"two."}]},"finishReason":"STOP"}]}""", "One two.", null)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"One"}]},"finishReason":"MAX_TOKENS"}]}""", null, "broke its answer off")]
    [InlineData("""{"promptFeedback":{"blockReason":"SAFETY"}}""", null, "cannot be read")]
    [InlineData("""{"candidates":[]}""", null, "cannot be read")]
    [InlineData("""{"candidates":[{"content":{"parts":7},"finishReason":"STOP"}]}""", null, "cannot be read")]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":7}]},"finishReason":"STOP"}]}""", null, "cannot be read")]
    [InlineData("<html>", null, "cannot be read")]
    [InlineData("too long", null, "cannot be reached")]
    [InlineData("elsewhere", null, "HTTP 302")]
    public async Task Whatever_a_server_answers_is_a_text_or_a_problem(string answered, string? text, string? problem)
    {
        var asked = 0;
        await using var server = await ServeAsync(async context =>
        {
            asked++;
            if (answered == "elsewhere")
            {
                context.Response.Redirect("/somewhere-else");
                return;
            }

            await context.Response.WriteAsync(answered == "too long" ? new string(' ', 300 * 1024) : answered);
        });
        using var model = Model("ws" + server.Urls.Single()["http".Length..]);

        var answer = await model.AskAsync("", "x", CancellationToken.None);

        Assert.Equal(text, answer.Text);
        Assert.Equal(problem is null, answer.Problem is null);
        Assert.Contains(problem ?? "", answer.Problem ?? "", StringComparison.Ordinal);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("One", """{"promptTokenCount":3000,"candidatesTokenCount":350,"thoughtsTokenCount":500,"totalTokenCount":3850}""", 3_000, 850)]
    [InlineData("One", """{"promptTokenCount":3000,"toolUsePromptTokenCount":7,"candidatesTokenCount":350}""", 3_007, 350)]
    [InlineData("One", """{"promptTokenCount":-3,"candidatesTokenCount":"350","thoughtsTokenCount":1e30}""", 0, 0)]
    [InlineData("One", "[3000]", 0, 0)]
    [InlineData(null, """{"promptTokenCount":3000,"thoughtsTokenCount":8192}""", 3_000, 8_192)]
    public async Task What_an_answer_is_billed_for_is_told_also_when_it_is_of_no_use(string? text, string usage, long textIn, long textOut)
    {
        var candidates = text is null ? """[{"finishReason":"MAX_TOKENS"}]""" : $$"""[{"content":{"parts":[{"text":"{{text}}"}]},"finishReason":"STOP"}]""";
        await using var server = await ServeAsync(context => context.Response.WriteAsync($$"""{"candidates":{{candidates}},"usageMetadata":{{usage}}}"""));
        using var model = Model("ws" + server.Urls.Single()["http".Length..]);

        var answer = await model.AskAsync("", "x", CancellationToken.None);

        Assert.Equal((text, "gemini-3.6-flash", new TokenUsage(0, textIn, 0, textOut)), (answer.Text, answer.Model, answer.Tokens));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_left_when_the_asker_wants_no_more()
    {
        await using var server = await ServeAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var model = Model("ws" + server.Urls.Single()["http".Length..]);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.AskAsync("", "x", soon.Token));
    }

    [Theory]
    [InlineData(Key, """{"contents":[{"parts":[{"text":"x"}]}],"system_instruction":{"parts":[{"text":"y"}]}}""", HttpStatusCode.OK)]
    [InlineData(null, """{"contents":[{"parts":[{"text":"x"}]}]}""", HttpStatusCode.Forbidden)]
    [InlineData("another", """{"contents":[{"parts":[{"text":"x"}]}]}""", HttpStatusCode.BadRequest)]
    [InlineData(Key, """{"contents":[{"parts":[{"text":"x"}]}],"instructions":"y"}""", HttpStatusCode.BadRequest)]
    [InlineData(Key, """{"contents":[{"role":"assistant","parts":[{"text":"x"}]}]}""", HttpStatusCode.BadRequest)]
    [InlineData(Key, """{"contents":[]}""", HttpStatusCode.BadRequest)]
    [InlineData(Key, "nothing", HttpStatusCode.BadRequest)]
    public async Task The_simulated_text_model_refuses_what_the_real_one_refuses(string? key, string body, HttpStatusCode expected)
    {
        await using var server = await SimulatedGeminiServer.StartAsync(Options());
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1beta/models/gemini-3.6-flash:generateContent") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("x-goog-api-key", key);

        using var response = await http.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<System.Text.Json.Nodes.JsonObject>())!["error"];
        Assert.Equal(expected == HttpStatusCode.OK ? null : (int)expected, (int?)error?["code"]);
    }

    private static SimulatedGeminiOptions Options() => new() { ApiKey = Key, AgentVoice = _ => TestTone.Sine(300, GeminiWire.AgentRate, 0.2) };

    private static GeminiTextModel Model(string endpoint, string key = Key) => new(new FixedOptions<GeminiSettings>(new GeminiSettings { ApiKey = key, Endpoint = endpoint }));

    private static async Task<WebApplication> ServeAsync(RequestDelegate serve)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(serve);
        await app.StartAsync();
        return app;
    }
}
