using System.Text.Json.Serialization;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Documents;

namespace PhoneAgent.Handlers.Inbound;

/// <summary>A call that is on, as far as is known.</summary>
/// <param name="Caller">The digest of the calling number.</param>
/// <param name="CallSid">The call.</param>
/// <param name="Since">When it was admitted; it is forgotten when it is as old as a call can get.</param>
internal sealed record LiveCall(string Caller, CallSid CallSid, DateTimeOffset Since);

/// <summary>
/// The live calls of some callers: a document <c>live/{00–ff}</c>, by the first digits of the caller's digest. There are
/// never more than 256 of them, and each holds only calls that are on: ended and expired ones go with the next change.
/// Every change is a pure function.
/// </summary>
internal sealed record LiveCalls(IReadOnlyList<LiveCall> Calls)
{
    /// <summary>Where a caller's live calls are kept.</summary>
    public static DocumentName Document(string caller) => new("live", caller[..2]);

    /// <summary>Admits a call unless its caller holds as many as allowed; a call that is in already stays in.</summary>
    /// <param name="present">As it is; null for nobody.</param>
    /// <param name="call">The call.</param>
    /// <param name="over">Calls that are known to have ended.</param>
    /// <param name="most">As many calls as one caller may hold.</param>
    /// <param name="longest">As old as a call can get.</param>
    public static (LiveCalls? Next, Admission Result) Admit(LiveCalls? present, LiveCall call, IReadOnlyCollection<CallSid> over, int most, TimeSpan longest)
    {
        var still = (present?.Calls ?? []).Where(one => call.Since - one.Since < longest && !over.Contains(one.CallSid)).ToList();
        var others = still.Where(one => one.Caller == call.Caller && one.CallSid != call.CallSid).ToList();
        return others.Count >= most ? (null, new Admission(false, others))
            : still.Exists(one => one.CallSid == call.CallSid) ? (null, new Admission(true, others))
            : (new LiveCalls([.. still, call]), new Admission(true, others));
    }

    /// <summary>Forgets a call that has ended.</summary>
    public static (LiveCalls? Next, bool Result) Release(LiveCalls? present, CallSid callSid)
    {
        var left = present?.Calls.Where(one => one.CallSid != callSid).ToList();
        return left is null || left.Count == present!.Calls.Count ? (null, false) : (new LiveCalls(left), true);
    }
}

/// <summary>Whether a call may come in.</summary>
/// <param name="Admitted">It may.</param>
/// <param name="Others">The caller's other calls.</param>
internal sealed record Admission(bool Admitted, IReadOnlyList<LiveCall> Others);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LiveCalls))]
internal sealed partial class LiveCallsJson : JsonSerializerContext;
