using Xunit.Sdk;

namespace PhoneAgent.Tests;

public sealed class CleanLogTests
{
    [Theory]
    [InlineData("key seeded-key used")]
    [InlineData("GET /stream/CA1/v1.1763632800.0123456789abcdef0123456789abcdef.AAAA")]
    [InlineData("call from +14155550123")]
    [InlineData("the agent said: Is there anything else?")]
    public void A_line_that_gives_something_away_is_found(string line) =>
        Assert.ThrowsAny<XunitException>(() => CleanLog.Check(["The stream ended.", line], "seeded-key"));

    [Fact]
    public void Masked_numbers_and_plain_facts_may_stand() =>
        CleanLog.Check(["Call from …0123 to …0199: agent default, attempt 1 offered", "The stream was refused: ProtocolViolation, no start within 10 s."], "seeded-key");
}
