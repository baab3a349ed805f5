using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using PhoneAgent.MediaRelay.Transport;

namespace PhoneAgent.Tests.Relay.Transport;

/// <summary>How an HTTP client connects with the relay's streams.</summary>
[SupportedOSPlatform("linux")]
public sealed class EpollConnectTests : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { ConnectCallback = EpollConnect.ConnectAsync });
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public EpollConnectTests() => _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose()
    {
        _client.Dispose();
        _listener.Dispose();
    }

    [EpollFact]
    public async Task Of_several_addresses_one_that_answers_is_taken()
    {
        _listener.Listen();
        var answering = AnswerAsync();

        Assert.Equal("yes", await _client.GetStringAsync(Address("localhost")).WaitAsync(Patience.Long)); // ::1 where there is one, then 127.0.0.1
        await answering;
    }

    [EpollFact]
    public async Task Nobody_there_and_nowhere_at_all_are_told_apart()
    {
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetStringAsync(Address("127.0.0.1")));
        Assert.Equal(HttpRequestError.ConnectionError, refused.HttpRequestError);
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(refused.InnerException).SocketErrorCode);

        var unknown = await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetStringAsync(Address("no-such-host.invalid")));
        Assert.Equal(HttpRequestError.NameResolutionError, unknown.HttpRequestError);
    }

    [EpollFact]
    public async Task Whoever_does_not_want_to_wait_any_longer_need_not()
    {
        _listener.Listen(0);
        using var filling = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await filling.ConnectAsync(_listener.LocalEndPoint!); // the queue is full: the next one gets no answer
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.GetStringAsync(Address("127.0.0.1"), cancellation.Token).WaitAsync(Patience.Long));
    }

    private Uri Address(string host) => new UriBuilder(Uri.UriSchemeHttp, host, ((IPEndPoint)_listener.LocalEndPoint!).Port).Uri;

    private async Task AnswerAsync()
    {
        using var accepted = await _listener.AcceptAsync();
        await accepted.ReceiveAsync(new byte[10_000]);
        await accepted.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"));
    }
}
