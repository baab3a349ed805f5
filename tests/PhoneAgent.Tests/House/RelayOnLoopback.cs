using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Trust;
using PhoneAgent.MediaRelay;
using PhoneAgent.MediaRelay.Calls;
using PhoneAgent.Simulator.Gemini;

namespace PhoneAgent.Tests.House;

/// <summary>The real relay on a loopback port, with the simulated Gemini behind it and every log line kept.</summary>
internal sealed class RelayOnLoopback : IAsyncDisposable
{
    public const string AccountSid = "AC00000000000000000000000000000001";
    public const string TicketKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    public const string GeminiKey = "seeded-gemini-key-5f1c";

    private readonly WebApplication _app;
    private readonly SimulatedGeminiServer _gemini;
    private readonly string _folder;
    private readonly bool _isGuest;
    private readonly ManualTime? _time;
    private bool _stopped;

    private RelayOnLoopback(WebApplication app, SimulatedGeminiServer gemini, string folder, RelaySurroundings around, KeptLog log)
    {
        _isGuest = around.Beside is not null;
        _time = around.Time as ManualTime;
        _app = app;
        _gemini = gemini;
        _folder = folder;
        Log = log;
        Origin = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Tickets = new StreamTickets(new PhoneAgentSettings { TicketKey = TicketKey }, TimeProvider.System);
    }

    public Uri Origin { get; }

    public SimulatedGemini Gemini => _gemini.Gemini;

    public KeptLog Log { get; }

    public StreamTickets Tickets { get; }

    public ICallLog CallLog => _app.Services.GetRequiredService<ICallLog>();

    public int ActiveCalls => _app.Services.GetRequiredService<ActiveCalls>().Count;

    public static Task<RelayOnLoopback> StartAsync(params (string Key, string? Value)[] settings) => StartAsync(new RelaySurroundings(), settings);

    public static async Task<RelayOnLoopback> StartAsync(RelaySurroundings around, params (string Key, string? Value)[] settings)
    {
        var gemini = around.Beside?._gemini ?? await SimulatedGeminiServer.StartAsync(around.Gemini);
        var folder = around.Beside?._folder ?? Directory.CreateTempSubdirectory("calls").FullName;
        var log = new KeptLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Twilio:AccountSid"] = AccountSid,
            ["PhoneAgent:TicketKey"] = TicketKey,
            ["PhoneAgent:CallLog"] = "file:" + folder,
            ["Gemini:ApiKey"] = GeminiKey,
            ["Gemini:Endpoint"] = gemini.Endpoint,
            ["Relay:DrainSeconds"] = "1", // what is left of a test's calls when it ends need not end well
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
        if (around.Changing is { } changing)
        {
            ((IConfigurationBuilder)builder.Configuration).Add(changing);
        }

        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Information).AddProvider(log);
        builder.WebHost.UseRelayServer().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0)).ConfigureKestrel(around.Kestrel);
        builder.Services.AddSingleton(around.Time);
        builder.Services.AddMediaRelay(builder.Configuration);
        var app = builder.Build();
        app.MapMediaRelay();
        await app.StartAsync();
        return new RelayOnLoopback(app, gemini, folder, around, log);
    }

    /// <summary>The stream's address with a genuine ticket.</summary>
    public Uri StreamUrl(string callSid, string? ticket = null) =>
        new UriBuilder(new Uri(Origin, $"/stream/{callSid}/{ticket ?? Tickets.Write(CallSid.Parse(callSid), Tickets.NewTerms())}")) { Scheme = "ws" }.Uri;

    public async Task StopAsync()
    {
        _stopped = true;
        await _app.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            var stopping = _app.StopAsync();
            while (_time is not null && !stopping.IsCompleted)
            {
                _time.Advance(TimeSpan.FromMilliseconds(100)); // nobody else moves its clock any more
                await Task.WhenAny(stopping, Task.Delay(5));
            }

            await stopping;
        }

        await _app.DisposeAsync();
        CleanLog.Check(Log.Lines, TicketKey, GeminiKey);
        if (_isGuest)
        {
            return; // the first replica clears up
        }

        await _gemini.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>What is around a relay in a test.</summary>
internal sealed record RelaySurroundings
{
    /// <summary>Its clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Configuration that changes while it runs.</summary>
    public IConfigurationSource? Changing { get; init; }

    /// <summary>Another replica, whose call log and Gemini it shares.</summary>
    public RelayOnLoopback? Beside { get; init; }

    /// <summary>The web server's limits.</summary>
    public Action<KestrelServerOptions> Kestrel { get; init; } = static _ => { };

    /// <summary>What Gemini says.</summary>
    public SimulatedGeminiOptions Gemini { get; init; } = new() { ApiKey = RelayOnLoopback.GeminiKey };
}

/// <summary>Keeps every log line, with its scopes.</summary>
internal sealed class KeptLog : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<string> _lines = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public IReadOnlyCollection<string> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Keeper(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Keeper(KeptLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => log._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scopes = new List<string>();
            log._scopes.ForEachScope((scope, kept) => kept.Add(scope?.ToString() ?? ""), scopes);
            log._lines.Enqueue($"{logLevel} {category} [{string.Join(' ', scopes)}] {formatter(state, exception)} {exception}");
        }
    }
}
