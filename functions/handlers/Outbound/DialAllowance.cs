using Microsoft.Extensions.Options;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Documents;

namespace PhoneAgent.Handlers.Outbound;

/// <summary>Who may be called, and how often. The counts survive restarts and hold across instances.</summary>
public sealed class DialAllowance(IDocumentStore documents, IOptionsMonitor<OutboundSettings> settings)
{
    /// <summary>Whether the owner allowed numbers that begin so.</summary>
    internal bool IsAllowed(string number) => PhoneNumber.BeginsWithAny(number, settings.CurrentValue.AllowedPrefixes);

    /// <summary>Counts a call, unless a cap stands against it.</summary>
    internal Task<CapOutcome> TakeAsync(string number, DateTimeOffset at) => documents.ChangeAsync(
        DialCaps.Document(at), OutboundJson.Default.DialCaps, present => DialCaps.Take(present, PhoneNumber.Digest(number), at, settings.CurrentValue), CancellationToken.None);

    /// <summary>Counts a call no longer: Twilio refused it, so nobody was called.</summary>
    internal Task GiveBackAsync(string number, DateTimeOffset at) => documents.ChangeAsync(
        DialCaps.Document(at), OutboundJson.Default.DialCaps, present => DialCaps.GiveBack(present, PhoneNumber.Digest(number), at), CancellationToken.None);
}
