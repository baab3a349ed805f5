using PhoneAgent.Tests.Handlers.Adversarial;

namespace PhoneAgent.Tests.House.Adversarial;

/// <summary>
/// Whoever has no genuine ticket gets a bare status before any WebSocket is opened, one line in the log with the reason,
/// one count under the reason, and Gemini never hears of it.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class AdversarialHandshakeTests(RelayUnderAttack relay) : IClassFixture<RelayUnderAttack>
{
    public static TheoryData<string> TicketAttacks => [.. HandshakeAttack.OnTheTicket.Keys];

    public static TheoryData<string> RequestAttacks => [.. HandshakeAttack.OnTheRequest.Keys];

    [Theory]
    [MemberData(nameof(TicketAttacks))]
    public Task A_ticket_is_refused(string attack) => ProveAsync(HandshakeAttack.OnTheTicket[attack]);

    [Theory]
    [MemberData(nameof(RequestAttacks))]
    public Task A_request_with_a_genuine_ticket_is_refused(string attack) => ProveAsync(HandshakeAttack.OnTheRequest[attack]);

    [Fact]
    public async Task After_all_of_them_the_next_call_is_served()
    {
        foreach (var attack in HandshakeAttack.OnTheTicket.Values.Concat(HandshakeAttack.OnTheRequest.Values))
        {
            await ProveAsync(attack);
        }

        await relay.ServeACallAsync();
    }

    private Task ProveAsync(HandshakeAttack attack) => relay.ProveRefusedAsync(
        attack.Reason is null ? null : $"A stream was refused with {attack.Status}: {attack.Reason}.",
        attack.Reason,
        async () =>
        {
            using var stranger = await Stranger.ConnectAsync(relay.Origin);
            Assert.Equal(attack.Status, Stranger.StatusIn(await stranger.AskAsync(attack.Request())));
        });
}
