using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Trust;

namespace PhoneAgent.Tests.Core.Trust;

public sealed class StreamTicketsTests
{
    private const string Nonce = "00112233445566778899aabbccddeeff";
    private static readonly CallSid Call = CallSid.Parse("CA0123456789abcdef0123456789abcdef");
    private static readonly CallSid OtherCall = CallSid.Parse("CA0123456789abcdef0123456789abcdee");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000 - 120);
    private static readonly string Key = Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private static readonly string OtherKey = Convert.ToBase64String([.. Enumerable.Repeat((byte)7, 32)]);

    [Fact]
    public void A_ticket_is_written_byte_for_byte_as_the_contract_says()
    {
        // The mac was computed with Python's hmac module.
        var ticket = Tickets().Write(Call, new TicketTerms(Nonce, DateTimeOffset.FromUnixTimeSeconds(1_800_000_000)));
        Assert.Equal($"v1.1800000000.{Nonce}.Ckpa5GI-4xSR7yMEBIemLYA6Q9YneLwTUG2nzj815bs", ticket);
    }

    [Fact]
    public void A_fresh_ticket_is_genuine_and_tells_its_nonce()
    {
        var tickets = Tickets();
        var terms = tickets.NewTerms();
        Assert.Equal(Now + TimeSpan.FromSeconds(120), terms.ExpiresAt);
        Assert.Equal(new TicketCheck(TicketOutcome.Genuine, terms.Nonce), tickets.Check(Call, tickets.Write(Call, terms)));
    }

    [Fact]
    public void The_same_terms_give_the_same_ticket_and_new_terms_another()
    {
        var tickets = Tickets();
        var terms = tickets.NewTerms();
        Assert.Equal(tickets.Write(Call, terms), tickets.Write(Call, terms));
        Assert.NotEqual(terms.Nonce, tickets.NewTerms().Nonce);
    }

    [Fact]
    public void A_ticket_of_another_call_is_forged()
    {
        var tickets = Tickets();
        Assert.Equal(TicketOutcome.Forged, tickets.Check(OtherCall, tickets.Write(Call, tickets.NewTerms())).Outcome);
    }

    [Theory]
    [InlineData(119, TicketOutcome.Genuine)]
    [InlineData(120, TicketOutcome.Expired)]
    [InlineData(-30, TicketOutcome.Genuine)]
    [InlineData(-31, TicketOutcome.FromTheFuture)]
    public void A_ticket_is_good_from_a_clock_skew_before_it_was_written_until_it_expires(int secondsLater, TicketOutcome expected)
    {
        var tickets = Tickets();
        var ticket = tickets.Write(Call, tickets.NewTerms());
        Assert.Equal(expected, Tickets(secondsLater: secondsLater).Check(Call, ticket).Outcome);
    }

    [Fact]
    public void The_previous_key_still_verifies_but_signs_nothing()
    {
        var old = Tickets(OtherKey);
        var rotated = Tickets(Key, OtherKey);
        Assert.Equal(TicketOutcome.Genuine, rotated.Check(Call, old.Write(Call, old.NewTerms())).Outcome);
        Assert.Equal(TicketOutcome.Forged, old.Check(Call, rotated.Write(Call, rotated.NewTerms())).Outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64!")]
    public void Without_a_usable_key_every_ticket_is_forged_and_none_is_written(string key)
    {
        var ticket = Tickets().Write(Call, Tickets().NewTerms());
        Assert.Equal(TicketOutcome.Forged, Tickets(key, key).Check(Call, ticket).Outcome);
        Assert.Throws<InvalidOperationException>(() => Tickets(key).Write(Call, Tickets().NewTerms()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1")]
    [InlineData("...")]
    [InlineData("v1...")]
    [InlineData("v2.1800000000.{nonce}.{mac}")]
    [InlineData("V1.1800000000.{nonce}.{mac}")]
    [InlineData("v1.1800000000.{nonce}.{mac}.")]
    [InlineData("v1.1800000000.{nonce}.{mac}=")]
    [InlineData("v1.1800000000.{nonce}")]
    [InlineData("v1.-180000000.{nonce}.{mac}")]
    [InlineData("v1.١٨٠٠.{nonce}.{mac}")]
    [InlineData("v1.999999999999.{nonce}.{mac}")]
    [InlineData("v1.9999999999999999999999.{nonce}.{mac}")]
    [InlineData("v1.1800000000.00112233445566778899AABBCCDDEEFF.{mac}")]
    [InlineData("v1.1800000000.../../../../../../../../../../.{mac}")]
    [InlineData("v1.1800000000.{nonce}.ééééééééééééééééééééééééééééééééééééééééééé")]
    public void Text_that_is_no_ticket_is_malformed(string text)
    {
        var hostile = text.Replace("{nonce}", Nonce, StringComparison.Ordinal).Replace("{mac}", "Ckpa5GI-4xSR7yMEBIemLYA6Q9YneLwTUG2nzj815bs", StringComparison.Ordinal);
        Assert.Equal(new TicketCheck(TicketOutcome.Malformed, null), Tickets().Check(Call, hostile));
    }

    [Fact]
    public void No_single_changed_character_passes_and_no_text_throws()
    {
        var tickets = Tickets();
        var ticket = tickets.Write(Call, tickets.NewTerms());
        foreach (var i in Enumerable.Range(0, ticket.Length))
        {
            foreach (var c in "0a9fAZ_-=. \0é\ud800")
            {
                var changed = ticket[..i] + c + ticket[(i + 1)..];
                Assert.Equal(changed == ticket, tickets.Check(Call, changed).Outcome == TicketOutcome.Genuine);
            }

            Assert.NotEqual(TicketOutcome.Genuine, tickets.Check(Call, ticket.AsSpan(0, i)).Outcome);
        }

        Assert.Equal(TicketOutcome.Malformed, tickets.Check(Call, new string('.', 100_000)).Outcome);
    }

    private static StreamTickets Tickets(string? key = null, string? previous = null, int secondsLater = 0) =>
        new(new PhoneAgentSettings { TicketKey = key ?? Key, PreviousTicketKey = previous }, new ManualTime(Now.AddSeconds(secondsLater)));
}
