using System.Text;
using System.Text.Json;
using PhoneAgent.Core.Trust;

namespace PhoneAgent.Tests.Oracles;

/// <summary>Our signatures and those of Twilio's own package are the same, and each accepts the other's.</summary>
public sealed class TwilioSignatureOracleTests
{
    private const int Requests = 600;

    [NeedsNodeFact]
    public async Task Six_hundred_forms_are_signed_alike_and_each_side_accepts_the_others_signature()
    {
        var draw = new SignedRequests(seed: 20261120);
        SignedRequest[] requests = [.. Enumerable.Range(0, Requests).Select(_ => draw.Form()).Select(request => request with { Signature = Sign(request) })];
        var verdicts = await JudgeAsync(requests);
        Assert.All(requests.Zip(verdicts), both =>
        {
            Assert.Equal(both.Second.Expected, both.First.Signature);
            Assert.True(both.Second.Valid, $"The package refuses our signature over {both.First.Url}");
            Assert.True(TwilioSignature.Verify(both.Second.Expected, both.First.Url, both.First.Form, both.First.Token));
        });
    }

    [NeedsNodeFact]
    public async Task Neither_side_accepts_a_request_that_was_changed_after_it_was_signed()
    {
        var draw = new SignedRequests(seed: 4);
        SignedRequest[] changed = [.. Enumerable.Range(0, Requests).Select(i => (i, draw.Form())).Select(one => Change(one.i, one.Item2 with { Signature = Sign(one.Item2) }))];
        var verdicts = await JudgeAsync(changed);
        Assert.All(changed.Zip(verdicts), both =>
        {
            Assert.False(both.Second.Valid, $"The package accepts a changed request to {both.First.Url}");
            Assert.False(TwilioSignature.Verify(both.First.Signature, both.First.Url, both.First.Form, both.First.Token));
        });
    }

    [NeedsNodeFact]
    public async Task JSON_bodies_are_judged_alike_whole_and_changed()
    {
        var draw = new SignedRequests(seed: 7);
        SignedRequest[] requests = [.. Enumerable.Range(0, 100).Select(i => draw.Json() is var request && i % 2 == 0 ? Signed(request) : Signed(request) with { Body = request.Body + " " })];
        var verdicts = await JudgeAsync(requests);
        for (var i = 0; i < requests.Length; i++)
        {
            var (request, whole) = (requests[i], i % 2 == 0);
            Assert.Equal(whole, verdicts[i].Valid);
            Assert.Equal(whole, TwilioSignature.VerifyBody(request.Signature, request.Url, Encoding.UTF8.GetBytes(request.Body!), request.Token));
        }
    }

    // Field, name, address, token or signature in turn.
    private static SignedRequest Change(int i, SignedRequest signed) => (i % 5) switch
    {
        0 when signed.Fields.Length > 0 => signed with { Fields = [[signed.Fields[0][0], signed.Fields[0][1] + "x"], .. signed.Fields[1..], ["Another", ""]] },
        1 => signed with { Fields = [.. signed.Fields, ["Added", "later"]] },
        2 => signed with { Url = signed.Url + (signed.Url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "added=1" },
        3 => signed with { Token = signed.Token + "0" },
        _ => signed with { Signature = signed.Signature![..^2] + (signed.Signature[^2] == 'A' ? "B=" : "A=") },
    };

    private static SignedRequest Signed(SignedRequest request) => request with { Signature = Sign(request) };

    private static string Sign(SignedRequest request) => TwilioSignature.Compute(request.Token, request.Url, request.Form);

    private static async Task<OracleVerdict[]> JudgeAsync(SignedRequest[] requests)
    {
        var answer = await Oracle.Scripts.AskAsync("twilio-signatures.cjs", JsonSerializer.SerializeToNode(requests, JsonSerializerOptions.Web)!);
        var verdicts = answer.Deserialize<OracleVerdict[]>(JsonSerializerOptions.Web)!;
        Assert.Equal(requests.Length, verdicts.Length);
        return verdicts;
    }
}
