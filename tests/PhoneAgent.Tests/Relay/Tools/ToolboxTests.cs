using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using PhoneAgent.Core.Agents;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Tools;
using PhoneAgent.Tests.VirtualTime;

namespace PhoneAgent.Tests.Relay.Tools;

/// <summary>Whatever a tool does, the model is answered once and in time; in virtual time.</summary>
public sealed class ToolboxTests
{
    private static readonly PhoneCall Call = new(CallSid.Parse("CA00000000000000000000000000000001"), "default", "+14155550100", "+14155550199", false);
    private static readonly JsonElement City = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]}""").RootElement;

    private readonly List<string> _told = [];

    [Fact]
    public void A_result_is_passed_on_with_its_scheduling() => VirtualClock.Run(async time =>
    {
        var toolbox = Pack(time, new ToolRules { Scheduling = Scheduling.WhenIdle }, (call, _) => Task.FromResult(new FunctionAnswer(true, call.Arguments.GetProperty("days").GetInt32().ToString())));
        Assert.Equal(new FunctionAnswer(true, "3", "WHEN_IDLE"), await toolbox.CallAsync(new FunctionCall("1", "tool", """{"city":"Rome","days":3.0}"""), default));
        Assert.Empty(_told);
    });

    [Theory]
    [InlineData(""" "city" """, "They are no object.")]
    [InlineData("""{"city":""", "They are no JSON.")]
    [InlineData("""{}""", "city is missing.")]
    [InlineData("""{"city":7}""", "city must be a text.")]
    [InlineData("""{"city":"Rome","days":1.5}""", "days must be a whole number.")]
    public void Arguments_that_do_not_fit_never_reach_the_tool(string arguments, string problem) => VirtualClock.Run(async time =>
    {
        var toolbox = Pack(time, new ToolRules(), (_, _) => throw new InvalidOperationException("reached"));
        Assert.Equal(ToolAnswers.Error($"The arguments do not fit. {problem}"), await toolbox.CallAsync(new FunctionCall("1", "tool", arguments), default));
    });

    [Fact]
    public void An_unknown_function_is_answered_with_those_there_are() => VirtualClock.Run(async time =>
    {
        var toolbox = Pack(time, new ToolRules(), (_, _) => Task.FromResult(new FunctionAnswer(true, "1")));
        Assert.Equal(ToolAnswers.Error("There is no function of that name. There are: tool."), await toolbox.CallAsync(new FunctionCall("1", "tooool", "{}"), default));
    });

    public static TheoryData<string> Failures => new(Failing.Keys);

    private static Dictionary<string, Func<VirtualClock, CancellationToken, Task<FunctionAnswer>>> Failing => new()
    {
        ["throws at once"] = (_, _) => throw new InvalidOperationException("+14155550123"),
        ["throws later"] = async (time, _) =>
        {
            await time.Pass(TimeSpan.FromSeconds(1));
            throw new InvalidOperationException("+14155550123");
        },
        ["is cancelled by itself"] = (_, _) => Task.FromCanceled<FunctionAnswer>(new CancellationToken(true)),
        ["hangs and obeys"] = async (time, cancellation) =>
        {
            await Task.Delay(TimeSpan.FromHours(1), time, cancellation);
            return new FunctionAnswer(true, "1");
        },
        ["hangs and ignores"] = async (time, _) =>
        {
            await time.Pass(TimeSpan.FromHours(1));
            return new FunctionAnswer(true, "1");
        },
        ["hangs and throws when cancelled"] = async (time, cancellation) =>
        {
            using var registration = cancellation.Register(() => throw new InvalidOperationException("no"));
            await time.Pass(TimeSpan.FromHours(1));
            return new FunctionAnswer(true, "1");
        },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_tool_that_fails_is_answered_in_words_and_in_time(string failure) => VirtualClock.Run(async time =>
    {
        var toolbox = Pack(time, new ToolRules { TimeoutSeconds = 5 }, (_, cancellation) => Failing[failure](time, cancellation));
        var answer = await toolbox.CallAsync(Rome, default);
        Assert.False(answer.Succeeded);
        Assert.StartsWith("\"The function ", answer.Json, StringComparison.Ordinal);
        Assert.DoesNotContain("555", answer.Json, StringComparison.Ordinal);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void A_call_that_is_taken_back_ends_at_once_and_its_tool_is_told() => VirtualClock.Run(async time =>
    {
        var told = false;
        using var takenBack = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        var toolbox = Pack(time, new ToolRules { SlowAfterSeconds = 0 }, async (_, cancellation) =>
        {
            using var registration = cancellation.Register(() => told = true);
            await time.Pass(TimeSpan.FromHours(1));
            return new FunctionAnswer(true, "1");
        });
        Assert.False((await toolbox.CallAsync(Rome, takenBack.Token)).Succeeded);
        Assert.True(told);
        Assert.Equal(TimeSpan.FromSeconds(1), time.Elapsed);
    });

    [Theory]
    [InlineData(1_048_576, 'x')]
    [InlineData(1_048_576, '"')]
    [InlineData(1_048_576, '\u0001')]
    [InlineData(500_000, 'é')]
    public void A_megabyte_is_cut_to_what_the_model_may_get(int length, char filling) => VirtualClock.Run(async time =>
    {
        var toolbox = Pack(time, new ToolRules { MaxResultBytes = 1_000 }, (_, _) => Task.FromResult(new FunctionAnswer(true, JsonSerializer.Serialize(new string(filling, length)))));
        var answer = await toolbox.CallAsync(Rome, default);
        Assert.True(answer.Succeeded);
        Assert.InRange(Encoding.UTF8.GetByteCount(answer.Json), 150, 1_000);
        var json = JsonDocument.Parse(answer.Json).RootElement;
        Assert.All(json.GetProperty("beginning").GetString()!, one => Assert.Equal(filling, one));
        Assert.Contains("only its beginning", json.GetProperty("note").GetString(), StringComparison.Ordinal);
    });

    [Fact]
    public void What_is_no_json_is_a_text() => Assert.Equal(new FunctionAnswer(true, "\"{ \\u0022a\\u0022: \""), ToolAnswers.Of("{ \"a\": "));

    [Fact]
    public async Task A_tool_that_blocks_its_thread_is_answered_in_time()
    {
        using var released = new ManualResetEventSlim();
        var tool = new CallTool("tool", "A tool.", City, new ToolRules { TimeoutSeconds = 1, SlowAfterSeconds = 0 }, (_, _) =>
        {
            released.Wait(CancellationToken.None);
            return Task.FromResult(new FunctionAnswer(true, "1"));
        });
        var toolbox = new Toolbox([tool], false, Call, LiveModel.Of("gemini-3.8-live"), _told.Add, TimeProvider.System, NullLogger.Instance);
        var answer = await toolbox.CallAsync(Rome, default).WaitAsync(TimeSpan.FromSeconds(30));
        released.Set();
        Assert.StartsWith("\"The function did not answer", answer.Json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slow_tool_has_the_agent_say_so_once() => VirtualClock.Run(async time =>
    {
        var toolbox = Pack(time, new ToolRules { SlowAfterSeconds = 2 }, async (_, _) =>
        {
            await time.Pass(TimeSpan.FromSeconds(7));
            return new FunctionAnswer(true, "1");
        });
        var answering = toolbox.CallAsync(Rome, default);
        await time.Pass(TimeSpan.FromSeconds(1.9));
        Assert.Empty(_told);
        await time.Pass(TimeSpan.FromSeconds(0.2));
        Assert.StartsWith("The function tool is still running.", Assert.Single(_told), StringComparison.Ordinal);
        Assert.True((await answering).Succeeded);
        Assert.Single(_told);
        Assert.Equal(TimeSpan.FromSeconds(7), time.Elapsed);
    });

    [Fact]
    public void A_model_that_waits_is_told_to_speak_before_and_never_meanwhile() => VirtualClock.Run(async time =>
    {
        var toolbox = Pack(time, new ToolRules { SlowAfterSeconds = 2 }, async (_, _) =>
        {
            await time.Pass(TimeSpan.FromSeconds(7));
            return new FunctionAnswer(true, "1");
        }, "gemini-3.1-flash-live-preview");
        Assert.True((await toolbox.CallAsync(Rome, default)).Succeeded);
        Assert.Empty(_told);
        Assert.Contains("Before you call it, tell the caller", Encoding.UTF8.GetString(toolbox.Declarations.Span), StringComparison.Ordinal);
    });

    [Fact]
    public void Tools_that_never_end_count_against_how_many_may_run() => VirtualClock.Run(async time =>
    {
        var toolbox = Pack(time, new ToolRules { TimeoutSeconds = 1, SlowAfterSeconds = 0 }, async (_, _) =>
        {
            await time.Pass(TimeSpan.FromMinutes(1));
            return new FunctionAnswer(true, "1");
        });
        for (var i = 0; i < Toolbox.MaxRunning; i++)
        {
            Assert.Contains("did not answer", (await toolbox.CallAsync(Rome, default)).Json, StringComparison.Ordinal);
        }

        Assert.Equal(ToolAnswers.Error("Too many functions are running. Try again later."), await toolbox.CallAsync(Rome, default));
        await time.Pass(TimeSpan.FromMinutes(1));
        Assert.Contains("did not answer", (await toolbox.CallAsync(Rome, default)).Json, StringComparison.Ordinal);
    });

    [Fact]
    public void Declarations_are_what_the_model_takes() => VirtualClock.Run(time =>
    {
        var tools = new[]
        {
            new CallTool("plain", "Plain.", City, new ToolRules(), Nothing),
            new CallTool("waits", "Waits.", default, new ToolRules { Blocking = true }, Nothing),
            new CallTool("beside", "Beside.", default, new ToolRules { Blocking = false }, Nothing),
        };
        const string Parameters = """{"type":"OBJECT","properties":{"city":{"type":"STRING"},"days":{"type":"INTEGER"}},"propertyOrdering":["city","days"],"required":["city"]}""";
        const string Moment = " Before you call it, tell the caller in a few words that it takes a moment.";
        Assert.Equal(
            $$$"""[{"functionDeclarations":[{"name":"plain","description":"Plain.","parameters":{{{Parameters}}}},{"name":"waits","description":"Waits.{{{Moment}}}","behavior":"BLOCKING"},{"name":"beside","description":"Beside.","behavior":"NON_BLOCKING"}]},{"googleSearch":{}}]""",
            Declared(tools, true, "gemini-3.8-live"));
        Assert.DoesNotContain("behavior", Declared(tools, false, "gemini-3.1-flash-live-preview"), StringComparison.Ordinal);
        Assert.Equal("""[{"googleSearch":{}}]""", Declared([], true, "gemini-3.8-live"));
        Assert.Equal("", Declared([], false, "gemini-3.8-live"));
        return Task.CompletedTask;
    });

    private static FunctionCall Rome => new("1", "tool", """{"city":"Rome"}""");

    private static string Declared(CallTool[] tools, bool search, string model) => Encoding.UTF8.GetString(ToolDeclarations.Write(tools, search, LiveModel.Of(model)));

    private static Task<FunctionAnswer> Nothing(ToolCall call, CancellationToken cancellation) => Task.FromResult(new FunctionAnswer(true, "1"));

    private Toolbox Pack(VirtualClock time, ToolRules rules, Func<ToolCall, CancellationToken, Task<FunctionAnswer>> run, string model = "gemini-3.8-live") =>
        new([new CallTool("tool", "A tool.", City, rules, run)], false, Call, LiveModel.Of(model), _told.Add, time, NullLogger.Instance);
}
