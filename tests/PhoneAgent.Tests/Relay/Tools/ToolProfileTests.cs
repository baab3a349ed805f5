using System.ComponentModel;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.MediaRelay;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Tools;
using PhoneAgent.MediaRelay.Tools.Functions;
using PhoneAgent.Simulator.House;

namespace PhoneAgent.Tests.Relay.Tools;

/// <summary>Profiles with tools, as the relay reads them when it starts; among them those the README shows.</summary>
public sealed class ToolProfileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agents-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(""" "functions": { "note": {} } """, "tools.functions.note is no function that the relay registers; there are free, book_table.")]
    [InlineData(""" "functions": { "free": {} } """, "tools.functions.free has parameters that Gemini does not take. anything is an object that does not name its properties.")]
    [InlineData(""" "http": { "find": { "description": "d", "url": "https://a.example", "parameters": { "type": "array", "items": { "type": "string" } } } } """, "tools.http.find.parameters are not what Gemini takes. It must be of type object.")]
    [InlineData(""" "http": { "find": { "description": "d", "url": "https://a.example", "parameters": { "type": "object", "properties": { "x": { "$ref": "#/y" } } } } } """, "tools.http.find.parameters are not what Gemini takes. x refers to what is not in this schema.")]
    [InlineData(""" "http": { "find": { "description": "d", "url": "https://a.example", "headers": { "X-Key": "{secret:SHOP_KEY}" } } } """, "tools.http.find.headers.X-Key needs the secret SHOP_KEY; set Tools__Secrets__SHOP_KEY.")]
    [InlineData(""" "mcp": { "books": { "url": "https://a.example", "tools": ["find"], "headers": { "X-Key": "{secret:BOOKS}" } } } """, "tools.mcp.books.headers.X-Key needs the secret BOOKS; set Tools__Secrets__BOOKS.")]
    public void What_only_the_relay_can_know_is_refused_with_file_line_and_key(string tools, string problem)
    {
        Write($$"""
            {
              "instructions": "a",
              "tools": {
                {{tools}}
              }
            }
            """);
        Assert.Contains($"agents/default.json:4: {problem}", Problems());
    }

    [Fact]
    public void What_the_configured_model_does_not_take_is_refused()
    {
        Write("""{ "instructions": "a", "model": { "thinkingLevel": "low" } }""");
        Assert.Contains("agents/default.json:1: model.thinkingLevel is not taken by gemini-3.8-live.", Problems());
        Assert.DoesNotContain(Problems(("Gemini:Model", "gemini-3.8-live-extended-thinking")), problem => problem.StartsWith("agents/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_tool_whose_address_is_not_configured_is_left_out()
    {
        Assert.Equal(["end_call", "transfer_call"], Declared(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "agents", "default.json"))));
        Assert.Equal(
            ["end_call", "transfer_call", "find_order", "take_message"],
            Declared(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "agents", "default.json")), ("Tools:Addresses:SHOP", "https://shop.example.com/")));
    }

    [Theory]
    [InlineData("http://shop.example.com")]
    [InlineData("shop.example.com")]
    [InlineData("https://shop.example.com/?key=1")]
    public void An_address_that_is_none_is_refused(string address)
    {
        Write("""{ "instructions": "a" }""");
        Assert.Contains(Problems(("Tools:Addresses:SHOP", address)), problem => problem.StartsWith("Tools__Addresses__SHOP ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_examples_of_the_readme_can_be_used()
    {
        var readme = File.ReadAllText(Path.Combine(Checkout.Root, "README.md"));
        var examples = Regex.Matches(readme, "```json\n(\"tools\": .*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(2, examples.Length);
        Assert.Equal(["end_call", "find_order"], Declared($$"""{ "instructions": "a", {{examples[0]}} }""", ("Tools:Secrets:SHOP_KEY", "k")));
        Assert.Equal(["end_call"], Declared($$"""{ "instructions": "a", {{examples[1]}} }""")); // the server is not there
        Assert.Contains("\"functions\": { \"book_table\": {} }", readme, StringComparison.Ordinal);
        Assert.Contains("AddPhoneTool(\"book_table\", BookTableAsync)", readme, StringComparison.Ordinal);
        Assert.Equal(["end_call", "book_table"], Declared("""{ "instructions": "a", "tools": { "functions": { "book_table": {} } } }"""));
    }

    [Fact]
    public async Task The_method_of_the_readme_books_a_table()
    {
        Write("""{ "instructions": "a", "tools": { "functions": { "book_table": {} } } }""");
        await using var relay = Relay();
        var toolbox = Pack(relay);
        var answer = await toolbox.CallAsync(new FunctionCall("1", "book_table", """{"day":"2026-11-22","people":4.0}"""), default);
        Assert.Equal(new FunctionAnswer(true, "\"Booked.\""), answer);
        Assert.Equal((new DateOnly(2026, 11, 22), 4, "+14155550100"), Assert.Single(relay.GetRequiredService<TableBook>().Tables));
    }

    [Fact]
    public async Task The_sample_agents_tools_look_up_orders_and_leave_messages()
    {
        await using var shop = await SampleShop.OpenAsync();
        Write(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "agents", "default.json")));
        await using var relay = Relay(("Tools:Addresses:SHOP", shop.Address));
        var toolbox = Pack(relay);

        var found = await toolbox.CallAsync(new FunctionCall("1", "find_order", """{"number":"1042"}"""), default);
        Assert.Equal((true, "arrived"), (found.Succeeded, JsonDocument.Parse(found.Json).RootElement.GetProperty("status").GetString()));
        Assert.Equal(new FunctionAnswer(false, """{"status":404,"answer":{"error":"There is no order of that number."}}"""), await toolbox.CallAsync(new FunctionCall("2", "find_order", """{"number":"9999"}"""), default));
        Assert.Contains("number must match", (await toolbox.CallAsync(new FunctionCall("3", "find_order", """{"number":"all"}"""), default)).Json, StringComparison.Ordinal);

        Assert.True((await toolbox.CallAsync(new FunctionCall("4", "take_message", """{"name":"Ada","phone":"+14155550100","message":"Call back."}"""), default)).Succeeded);
        Assert.Equal("""{"name":"Ada","phone":"\u002B14155550100","message":"Call back."}""", Assert.Single(shop.Messages).ToJsonString());
    }

    [Description("Books a table.")]
    private static async Task<string> BookTableAsync([Description("Which day.")] DateOnly day, [Description("How many.")] int people, PhoneCall call, TableBook book, CancellationToken cancellation)
        => await book.AddAsync(day, people, call.Caller, cancellation) ? "Booked." : "There is no table left.";

    private static IToolbox Pack(ServiceProvider relay) => relay.GetRequiredService<Toolboxes>().For(new ToolboxOrder(
        relay.GetRequiredService<AgentProfiles>().Default,
        "gemini-3.8-live",
        new PhoneCall(CallSid.Parse("CA00000000000000000000000000000001"), "default", "+14155550100", "+14155550199", false),
        _ => { },
        new NoControl()));

    private string[] Declared(string profile, params (string Key, string Value)[] configuration)
    {
        Write(profile);
        Assert.DoesNotContain(Problems(configuration), problem => problem.StartsWith("agents/", StringComparison.Ordinal));
        using var relay = Relay(configuration);
        var declarations = JsonDocument.Parse(Pack(relay).Declarations).RootElement;
        return [.. declarations[0].GetProperty("functionDeclarations").EnumerateArray().Select(one => one.GetProperty("name").GetString()!)];
    }

    private string[] Problems(params (string Key, string Value)[] configuration)
    {
        using var relay = Relay(configuration);
        return [.. Assert.Throws<OptionsValidationException>(() => relay.GetRequiredService<IOptions<StartupChecks>>().Value).Failures];
    }

    private ServiceProvider Relay(params (string Key, string Value)[] configuration)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(configuration.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value))).Build();
        return new ServiceCollection()
            .AddLogging()
            .AddAgentProfiles(_folder)
            .AddSingleton<TableBook>()
            .AddPhoneTool("free", (Dictionary<string, string> anything) => anything.Count)
            .AddPhoneTool("book_table", BookTableAsync)
            .AddMediaRelay(settings)
            .BuildServiceProvider();
    }

    private void Write(string profile) => File.WriteAllText(Path.Combine(_folder, "default.json"), profile);

    private sealed class TableBook
    {
        public List<(DateOnly Day, int People, string? Caller)> Tables { get; } = [];

        public async Task<bool> AddAsync(DateOnly day, int people, string? caller, CancellationToken cancellation)
        {
            await Task.Delay(1, cancellation);
            Tables.Add((day, people, caller));
            return true;
        }
    }

    private sealed class NoControl : ICallControl
    {
        public FunctionAnswer EndCall() => new(true, "1");

        public FunctionAnswer TransferCall(string target, string reason) => new(true, "1");

        public FunctionAnswer HandOff(string agent) => new(true, "1");
    }
}
