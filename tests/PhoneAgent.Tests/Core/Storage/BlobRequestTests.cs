using System.Net;
using System.Net.Sockets;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Storage;

namespace PhoneAgent.Tests.Core.Storage;

/// <summary>What leaves the process, and what is made of no answer; no store is needed for it.</summary>
public sealed class BlobRequestTests
{
    private static readonly Uri Address = new("https://account.blob.core.windows.net/calls/");
    private static readonly TimeSpan LessThanATry = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task Every_try_is_dated_and_carries_the_identitys_token()
    {
        var identity = new Identity();
        var wire = new Wire();
        var container = new BlobContainer(Address, new ManualTime(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero)), CallLogs.Authorise(identity), wire);
        await Assert.ThrowsAsync<CallLogUnavailableException>(() => container.CreateAsync("claims/a b/..%2f?", default, "me", default));
        Assert.Equal(3, wire.Sent.Count);
        Assert.All(wire.Sent, sent => Assert.Equal(
            "PUT https://account.blob.core.windows.net/calls/claims/a%20b/..%252f%3F Bearer the-token 2024-11-04 Fri, 20 Nov 2026 12:00:00 GMT If-None-Match: * owner: me", sent));
        Assert.Equal(["https://storage.azure.com/.default"], identity.Scopes);
    }

    [Fact]
    public async Task Without_an_identity_the_log_is_unavailable_and_says_what_to_do()
    {
        var wire = new Wire();
        var container = new BlobContainer(Address, TimeProvider.System, CallLogs.Authorise(new NoIdentity()), wire);
        var refused = await Assert.ThrowsAsync<CallLogUnavailableException>(() => container.ReadAsync("calls/CA1", default));
        Assert.Contains("az login", refused.Message, StringComparison.Ordinal);
        Assert.Empty(wire.Sent);
    }

    [Fact]
    public async Task A_store_that_never_answers_is_given_up_in_time()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var container = new BlobContainer(new Uri($"http://{silent.LocalEndpoint}/account/calls"), new HundredfoldTime());
        var refused = await Assert.ThrowsAsync<CallLogUnavailableException>(() => container.ReadAsync("calls/CA1", default).WaitAsync(LessThanATry));
        Assert.Equal("Blob Storage did not answer in time.", refused.Message);
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new BlobContainer(new Uri($"http://{silent.LocalEndpoint}/account/calls"), TimeProvider.System).ReadAsync("calls/CA1", impatient.Token));
    }

    [Fact]
    public void Entries_that_are_used_are_remembered_and_the_others_forgotten()
    {
        var entries = new RecentEntries<int, string>(10);
        for (var i = 0; i < 1_000; i++)
        {
            entries.Set(i, "entry");
            Assert.True(entries.TryGet(0, out _));
            Assert.True(entries.TryGet(i, out _));
            Assert.InRange(entries.Count, 1, 20);
        }

        Assert.False(entries.TryGet(500, out _));
        entries.Remove(0);
        Assert.False(entries.TryGet(0, out _));
    }

    private sealed class Wire : HttpPipelineSynchronousPolicy
    {
        public List<string> Sent { get; } = [];

        public override void OnSendingRequest(HttpMessage message)
        {
            var headers = message.Request.Headers;
            Sent.Add($"{message.Request.Method} {message.Request.Uri} {Value("Authorization")} {Value("x-ms-version")} {Value("x-ms-date")} If-None-Match: {Value("If-None-Match")} owner: {Value("x-ms-meta-owner")}");
            throw new IOException("Cut.");

            string Value(string header) => headers.TryGetValue(header, out var value) ? value : "";
        }
    }

    private sealed class Identity : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new(new AccessToken("the-token", DateTimeOffset.UtcNow.AddHours(1)));
        }
    }

    private sealed class NoIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("Nobody is signed in.");
    }

    /// <summary>A clock whose timers are due a hundred times sooner.</summary>
    private sealed class HundredfoldTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, dueTime / 100, period);
    }
}
