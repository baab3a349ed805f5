using System.Security.Cryptography;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Trust;
using PhoneAgent.Simulator.Load;

namespace PhoneAgent.Tests.Load;

public class MintedTicketTests
{
    private const string CallSidText = "CA0123456789abcdef0123456789abcdef";

    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private static readonly StreamTickets Product = new(new PhoneAgentSettings { TicketKey = Convert.ToBase64String(Key) }, TimeProvider.System);

    private static readonly CallSid Call = CallSid.TryParse(CallSidText, out var call) ? call : throw new InvalidOperationException();

    [Fact]
    public void A_ticket_minted_by_hand_is_the_one_the_handlers_would_write()
    {
        var terms = Product.NewTerms();

        Assert.Equal(Product.Write(Call, terms), MintedTicket.Write(Key, CallSidText, terms.ExpiresAt.ToUnixTimeSeconds(), terms.Nonce));
    }

    [Fact]
    public void A_fresh_ticket_lets_its_call_in_and_no_other()
    {
        var ticket = MintedTicket.New(Key, CallSidText);
        var other = CallSid.TryParse("CA" + new string('f', 32), out var sid) ? sid : default;

        Assert.Equal(TicketOutcome.Genuine, Product.Check(Call, ticket).Outcome);
        Assert.Equal(TicketOutcome.Forged, Product.Check(other, ticket).Outcome);
    }
}
