using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Tools.Functions;
using PhoneAgent.TestKit;

namespace PhoneAgent.Tests.TestKit;

/// <summary>How an owner tests an agent: the README's example, and what else the kit can do.</summary>
public sealed class SampleAgentTests
{
    private static readonly string Agents = Path.Combine(Checkout.Root, "media-relay", "agents");

    // README: begin
    [Fact]
    public void The_agent_finds_an_order_and_ends_the_call() => TestCall.Hold(Agents, async call =>
    {
        await call.CallerSays("Where is my order 4711?");
        var answer = await call.ModelCalls("find_order", new { number = "4711" });
        Assert.Equal("""{"state":"sent"}""", answer.Json);
        await call.ModelCalls("end_call");
        Assert.Equal(EndReason.AgentHungUp, (await call.Ends()).End!.Reason);
    }, web: request => request.RequestUri!.AbsolutePath == "/orders/4711" ? """{"state":"sent"}""" : null);
    // README: end

    [Fact]
    public void Goodbyes_are_heard_before_the_agent_hangs_up() => TestCall.Hold(Agents, async call =>
    {
        await call.AgentSays("Fern and Fable, how can I help you?");
        await call.CallerSays("Nothing, thank you. Goodbye!");
        Assert.True((await call.ModelCalls("end_call")).Succeeded);
        await call.AgentSays("Goodbye!");
        var record = await call.Ends();
        Assert.Equal(EndReason.AgentHungUp, record.End!.Reason);
        Assert.Equal("Goodbye!", record.Transcript[^1].HeardText);
    });

    [Fact]
    public void What_a_service_does_not_know_and_what_fits_no_schema_are_errors_for_the_model() => TestCall.Hold(Agents, async call =>
    {
        Assert.Contains("404", (await call.ModelCalls("find_order", new { number = "4712" })).Json, StringComparison.Ordinal);
        Assert.False((await call.ModelCalls("find_order", new { number = "47" })).Succeeded);
    });

    [Fact]
    public void An_interrupted_sentence_is_recorded_as_far_as_it_was_heard() => TestCall.Hold(Agents, async call =>
    {
        await call.AgentIsInterrupted("We are open from nine to seven, and on Saturdays from ten to six.", after: TimeSpan.FromSeconds(2));
        await call.CallerSays("And on Sunday?");
        var record = await call.CallerHangsUp();
        Assert.InRange(Assert.Single(record.Interruptions).HeardMs, 1_800, 2_100);
        Assert.StartsWith("We are open", record.Transcript[0].HeardText, StringComparison.Ordinal);
        Assert.DoesNotContain("six", record.Transcript[0].HeardText!, StringComparison.Ordinal);
    });

    [Fact]
    public void A_csharp_tool_gets_its_arguments_and_the_caller_and_its_answer_reaches_the_model()
    {
        var taken = new List<string>();
        TestCall.Hold(
            AgentWith("""{ "take_message": {} }"""),
            async call =>
            {
                Assert.Contains("take_message", call.Functions);
                await call.CallerSays("Please ask Rosa to call me back.");
                var answer = await call.ModelCalls("take_message", new { text = "call back" });
                Assert.Equal((true, "\"noted\""), (answer.Succeeded, answer.Json));
                Assert.False((await call.ModelCalls("take_message", new { words = 1 })).Succeeded);
                Assert.False((await call.ModelCalls("no_such_tool")).Succeeded);
            },
            relay => relay.AddPhoneTool("take_message", (string text, PhoneAgent.MediaRelay.Tools.PhoneCall call) =>
            {
                taken.Add($"{call.Caller}: {text}");
                return "noted";
            }));
        Assert.Equal(["+14155550123: call back"], taken);
    }

    [Fact]
    public void A_slow_tool_runs_into_its_time_limit_in_no_time()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        TestCall.Hold(
            AgentWith("""{ "look_up": { "timeoutSeconds": 20 } }"""),
            async call =>
            {
                var answer = await call.ModelCalls("look_up");
                Assert.Contains("20 seconds", answer.Json, StringComparison.Ordinal);
                Assert.InRange(call.Elapsed.TotalSeconds, 20, 22);
            },
            relay => relay.AddPhoneTool("look_up", async (TimeProvider time) => await Task.Delay(TimeSpan.FromMinutes(5), time)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
    }

    [Fact]
    public void A_call_survives_the_loss_of_the_model_and_notes_keys() => TestCall.Hold(Agents, async call =>
    {
        await call.AgentSays("How can I help you?");
        await call.CallerPresses("42#");
        await call.ModelIsLost();
        await call.AgentSays("I am back.");
        var record = await call.CallerHangsUp();
        Assert.Equal("42#", record.Digits);
        Assert.Single(record.Sessions, change => change.Continuation is not null);
        Assert.Equal(EndReason.CallerHungUp, record.End!.Reason);
    });

    [Fact]
    public void A_profile_that_names_a_tool_nobody_registered_is_told()
    {
        var mistake = Assert.Throws<InvalidOperationException>(() => TestCall.Hold(AgentWith("""{ "take_message": {} }"""), _ => Task.CompletedTask));
        Assert.Contains("tools.functions.take_message", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_readmes_example_is_the_test_above_and_has_ten_lines_at_most()
    {
        var source = File.ReadAllLines(Path.Combine(Checkout.Root, "tests", "PhoneAgent.Tests", "TestKit", "SampleAgentTests.cs"));
        var begin = Array.FindIndex(source, line => line.Trim() == "// README: begin") + 1;
        var example = source[begin..Array.FindIndex(source, line => line.Trim() == "// README: end")].Select(line => line.Length >= 4 ? line[4..] : line).ToArray();
        Assert.InRange(example.Length, 1, 10);
        Assert.Contains(string.Join('\n', example), File.ReadAllText(Path.Combine(Checkout.Root, "README.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private static string AgentWith(string functions)
    {
        var folder = Directory.CreateTempSubdirectory("agents-").FullName;
        File.WriteAllText(Path.Combine(folder, "default.json"), $$"""{ "instructions": "You take messages.", "tools": { "functions": {{functions}} } }""");
        return folder;
    }
}
