using System.CommandLine;
using PhoneAgent.Simulator.Commands;
using PhoneAgent.Simulator.Conversation;

namespace PhoneAgent.Tests.Load;

public sealed class LoadCommandTests
{
    [Theory]
    [InlineData("--seconds", "0")]
    [InlineData("--seconds", "36001")] // a relay would end the calls before
    [InlineData("--calls", "0")]
    [InlineData("--calls", "20,")]
    [InlineData("--relay", "ws://relay.example/stream")]
    public async Task What_cannot_be_measured_is_refused_with_the_options_name(string option, string value)
    {
        var refused = await Assert.ThrowsAsync<BadInputException>(
            () => LoadCommand.Create().Parse([option, value]).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));

        Assert.Contains(option, refused.Message, StringComparison.Ordinal);
    }
}
