using System.Collections.Concurrent;
using System.Net;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Documents;
using PhoneAgent.Core.Recordings;
using PhoneAgent.Core.Trust;
using PhoneAgent.Handlers;

namespace PhoneAgent.Tests.Handlers;

/// <summary>The handlers on a real server on a free loopback port, and a hand that signs like Twilio.</summary>
internal sealed class HandlerHost : IAsyncDisposable
{
    public const string Token = "seeded-auth-token";
    public const string AccountSid = "AC0123456789abcdef0123456789abcdef";
    public const string PublicBase = "https://agent.example.net";
    public const string OwnerKey = "seeded-owner-key";

    private readonly WebApplication _app;
    private readonly string _folder = Directory.CreateTempSubdirectory("handlers-").FullName;
    private readonly LogLines _lines = new();

    private HandlerHost(Dictionary<string, string?>? changes, Action<IServiceCollection>? services)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Twilio:AccountSid"] = AccountSid,
            ["Twilio:AuthToken"] = Token,
            ["PhoneAgent:WebhookBaseUrl"] = PublicBase,
            ["PhoneAgent:StreamUrl"] = "wss://relay.example.net/stream",
            ["PhoneAgent:TicketKey"] = Convert.ToBase64String(new byte[32]),
            ["PhoneAgent:CallLog"] = "file:" + _folder,
        });
        Configuration = new ChangingConfiguration(changes ?? []);
        ((IConfigurationBuilder)builder.Configuration).Add(Configuration);
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Information).AddProvider(_lines);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<TimeProvider>(Time);
        services?.Invoke(builder.Services);
        builder.Services.AddPhoneAgentHandlers(builder.Configuration);
        _app = builder.Build();
        _app.MapPhoneWebhooks();
        _app.MapOwnerApi([OwnerKey]);
    }

    public ManualTime Time { get; } = new DateByHand();

    public HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    public ICallLog CallLog => _app.Services.GetRequiredService<ICallLog>();

    public IRecordingStore Recordings => _app.Services.GetRequiredService<IRecordingStore>();

    public IDocumentStore Documents => _app.Services.GetRequiredService<IDocumentStore>();

    public StreamTickets Tickets => _app.Services.GetRequiredService<StreamTickets>();

    /// <summary>Changes reach the settings at once.</summary>
    public ChangingConfiguration Configuration { get; }

    public string Logged => string.Join('\n', _lines.Lines);

    /// <summary>What was logged at Warning or above.</summary>
    public IReadOnlyList<string> Warnings => [.. _lines.Lines.Where(line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal)).Select(line => line.TrimEnd())];

    public Task<CallRecord> RecordAsync() => RecordAsync(CallLog);

    public static async Task<HandlerHost> StartAsync(Dictionary<string, string?>? changes = null, Action<IServiceCollection>? services = null)
    {
        var host = new HandlerHost(changes, services);
        await host._app.StartAsync();
        host.Http.BaseAddress = new Uri(host._app.Urls.Single());
        return host;
    }

    /// <summary>A call's standard fields, as Twilio sends them, with some changed, added, or (null) left out.</summary>
    public static Dictionary<string, string> Fields(params (string Name, string? Value)[] changes)
    {
        var fields = new Dictionary<string, string>
        {
            ["AccountSid"] = AccountSid,
            ["ApiVersion"] = "2010-04-01",
            ["CallSid"] = CallStory.Call.Value,
            ["CallStatus"] = "in-progress",
            ["Direction"] = "inbound",
            ["From"] = "+14155550100",
            ["To"] = "+14155550199",
            ["CallerName"] = " Zoë & Søn ",
        };
        foreach (var (name, value) in changes)
        {
            fields.Remove(name);
            if (value is not null)
            {
                fields[name] = value;
            }
        }

        return fields;
    }

    public async Task<HttpResponseMessage> PostAsync(string pathAndQuery, IEnumerable<KeyValuePair<string, string>> fields, string? token = Token, string publicBase = PublicBase, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, pathAndQuery) { Content = new FormUrlEncodedContent(fields) };
        if (token is not null)
        {
            request.Headers.Add("X-Twilio-Signature", TwilioSignature.Compute(token, publicBase + pathAndQuery, fields.Select(one => new KeyValuePair<string, string?>(one.Key, one.Value))));
        }

        change?.Invoke(request);
        return await Http.SendAsync(request);
    }

    /// <summary>Posts a webhook and reads the TwiML of the answer.</summary>
    public async Task<XElement> AskAsync(string path, params (string Name, string? Value)[] changes)
    {
        using var response = await PostAsync(path, Fields(changes));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/xml", response.Content.Headers.ContentType?.MediaType);
        return XElement.Parse(await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        CleanLog.Check(_lines.Lines, Token, OwnerKey);
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<CallRecord> RecordAsync(ICallLog log) => CallRecord.From(CallStory.Call, await log.ReadAsync(CallStory.Call, default));

    /// <summary>Only the date moves when told. What a request waits for in the middle, such as a file that another one holds, comes by itself.</summary>
    private sealed class DateByHand() : ManualTime(CallStory.T0)
    {
        public override long TimestampFrequency => System.TimestampFrequency;

        public override long GetTimestamp() => System.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, dueTime, period);
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Lines.Enqueue($"scope {string.Join(' ', state as IEnumerable<KeyValuePair<string, object>> ?? [])}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

/// <summary>A call log that can break, before any append or just for appends.</summary>
internal sealed class BrokenCallLog(ICallLog? readFrom = null, Exception? failure = null) : ICallLog
{
    private readonly Exception _failure = failure ?? new CallLogUnavailableException("seeded-internal-detail");

    public Task AppendAsync(CallSid call, IReadOnlyList<CallEvent> events, CancellationToken cancellation) =>
        events.Count == 0 ? Task.CompletedTask : Task.FromException(_failure);

    public Task<IReadOnlyList<CallEvent>> ReadAsync(CallSid call, CancellationToken cancellation) =>
        readFrom?.ReadAsync(call, cancellation) ?? Task.FromException<IReadOnlyList<CallEvent>>(_failure);

    public Task<bool> TryClaimAsync(CallSid call, string nonce, string owner, CancellationToken cancellation) => Task.FromException<bool>(_failure);

    public Task<IReadOnlyList<CallSid>> ListAsync(DateOnly day, CallSid? after, int count, CancellationToken cancellation) =>
        Task.FromException<IReadOnlyList<CallSid>>(_failure);

    public Task<bool> RemoveAsync(CallSid call, DateTimeOffset at, CancellationToken cancellation) => Task.FromException<bool>(_failure);
}
