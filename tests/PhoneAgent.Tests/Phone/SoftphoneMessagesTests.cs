using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Softphone;

namespace PhoneAgent.Tests.Phone;

public sealed class SoftphoneMessagesTests
{
    [Fact]
    public void Each_way_a_call_can_end_is_told_in_words_of_its_own()
    {
        var words = Enum.GetValues<CallEnding>().Select(SoftphoneMessages.Words).ToList();

        Assert.Equal(words.Count, words.Distinct().Count());
        Assert.All(words, text => Assert.Contains(' ', text));
    }
}
