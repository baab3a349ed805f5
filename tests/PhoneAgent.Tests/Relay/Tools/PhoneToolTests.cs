using System.ComponentModel;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Tools;
using PhoneAgent.MediaRelay.Tools.Functions;

namespace PhoneAgent.Tests.Relay.Tools;

/// <summary>C# methods as tools.</summary>
public sealed class PhoneToolTests
{
    private static readonly PhoneCall Call = new(CallSid.Parse("CA00000000000000000000000000000001"), "default", "+14155550100", "+14155550199", false);

    public enum Size
    {
        Small,
        Large,
    }

    [Fact]
    public async Task A_method_becomes_a_tool_in_one_line()
    {
        var tool = Tool(services => services.AddPhoneTool("book_table", BookTableAsync).AddSingleton(new Tables(12)));
        Assert.Equal(("book_table", "Books a table."), (tool.Name, tool.Description));
        Assert.Equal(
            """{"type":"OBJECT","properties":{"day":{"type":"STRING","format":"date-time","description":"Which day."},"people":{"type":"INTEGER","description":"How many."},"size":{"type":"STRING","nullable":true,"enum":["Small","Large"],"format":"enum"},"names":{"type":"ARRAY","nullable":true,"items":{"type":"STRING","nullable":true}}},"propertyOrdering":["day","people","size","names"],"required":["day","people"]}""",
            Plain(tool.Parameters!));
        var answer = await tool.Run(Asked("""{"day":"2026-11-22T18:00:00Z","people":4,"size":"Large","names":["Ada","Bo"]}"""), default);
        Assert.Equal("""{"table":12,"who":"\u002B14155550100","size":"Large","names":2,"agent":"default"}""", answer.Json);
        Assert.True(answer.Succeeded);
    }

    [Fact]
    public async Task What_returns_nothing_is_answered_all_the_same()
    {
        var tool = Tool(services => services.AddPhoneTool("note", ([Description("What.")] string text) => { }));
        Assert.Equal(new FunctionAnswer(true, """{"ok":true}"""), await tool.Run(Asked("""{"text":"a"}"""), default));
    }

    [Fact]
    public async Task Cancellation_reaches_the_method()
    {
        var tool = Tool(services => services.AddPhoneTool("wait", async (CancellationToken cancellation) => await Task.Delay(Timeout.Infinite, cancellation)));
        Assert.Null(tool.Parameters);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tool.Run(Asked("{}"), soon.Token));
    }

    [Fact]
    public void A_parameter_that_gemini_cannot_be_told_is_refused() =>
        Assert.Throws<GeminiSchemaException>(() => Tool(services => services.AddPhoneTool("free", (Dictionary<string, string> anything) => anything.Count)));

    [Description("Books a table.")]
    private static async Task<object> BookTableAsync(
        [Description("Which day.")] DateTimeOffset day, [Description("How many.")] int people, PhoneCall call, ILogger logger, Tables tables, CancellationToken cancellation, Size? size = null, IEnumerable<string>? names = null)
    {
        await Task.Yield();
        cancellation.ThrowIfCancellationRequested();
        Assert.Equal(4, people);
        Assert.Equal(DayOfWeek.Sunday, day.DayOfWeek);
        Assert.Same(NullLogger.Instance, logger);
        return new { table = tables.Free, who = call.Caller, size, names = names?.Count(), agent = call.Agent };
    }

    private static CallTool Tool(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        register(services);
        return services.BuildServiceProvider().GetRequiredService<PhoneTool>().With(new ToolRules());
    }

    private static ToolCall Asked(string arguments) => new(JsonDocument.Parse(arguments).RootElement, Call, NullLogger.Instance);

    private static string Plain(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement);

    private sealed record Tables(int Free);
}
