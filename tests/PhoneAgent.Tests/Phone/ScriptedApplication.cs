using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Tests.Phone;

/// <summary>A webhook and a stream server on loopback whose answers a test writes; records what the phone did.</summary>
internal sealed class ScriptedApplication : IAsyncDisposable
{
    public const string AuthToken = "0123456789abcdef0123456789abcdef";
    public const string AccountSid = "AC0123456789abcdef0123456789abcdef";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _order = new();

    private ScriptedApplication(WebApplication app) => _app = app;

    public Uri Origin { get; private set; } = new("http://127.0.0.1");

    public string StreamUrl => $"ws://127.0.0.1:{Origin.Port}/stream";

    /// <summary>TwiML by path; a path that is not there answers 404.</summary>
    public Dictionary<string, Func<IFormCollection, string>> Twiml { get; } = [];

    public Func<HttpContext, Task>? RawAnswer { get; set; }

    public Func<ServerStream, Task> Stream { get; set; } = static stream => stream.ReadToEndAsync();

    public int HandshakeStatus { get; set; } = 101;

    public ConcurrentQueue<ReceivedWebhook> Webhooks { get; } = new();

    public ConcurrentQueue<IHeaderDictionary> Handshakes { get; } = new();

    /// <summary>What came in, in order: paths with CallStatus, stop, close.</summary>
    public IReadOnlyList<string> Order => [.. _order];

    public PhoneSettings Settings => new()
    {
        AccountSid = AccountSid,
        AuthToken = AuthToken,
        IncomingUrl = new Uri(Origin, "/incoming"),
        StatusCallbackUrl = new Uri(Origin, "/status"),
        VerbSpeed = 100,
    };

    public static async Task<ScriptedApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = new ScriptedApplication(builder.Build());
        application._app.UseWebSockets();
        application._app.Run(application.AnswerAsync);
        await application._app.StartAsync();
        application.Origin = new Uri(application._app.Urls.Single());
        application.Twiml["/status"] = static _ => "<Response/>";
        return application;
    }

    public void Note(string what) => _order.Enqueue(what);

    public string ConnectTwiml(string attributes = """action="/ended" """, string after = "") =>
        $"""<?xml version="1.0" encoding="UTF-8"?><Response><Connect {attributes}><Stream url="{StreamUrl}"><Parameter name="agent" value="host &amp; friend"/></Stream></Connect>{after}</Response>""";

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            await AnswerHandshakeAsync(context);
            return;
        }

        if (RawAnswer is { } raw)
        {
            await raw(context);
            return;
        }

        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync() : FormCollection.Empty;
        Webhooks.Enqueue(new ReceivedWebhook(context.Request.Path, form, new HeaderDictionary(context.Request.Headers.ToDictionary()), context.Request.QueryString.Value ?? string.Empty));
        Note($"{context.Request.Path} {form["CallStatus"]}");
        if (!Twiml.TryGetValue(context.Request.Path, out var answer))
        {
            context.Response.StatusCode = 404;
            return;
        }

        context.Response.ContentType = "text/xml";
        await context.Response.WriteAsync(answer(form));
    }

    private async Task AnswerHandshakeAsync(HttpContext context)
    {
        Handshakes.Enqueue(new HeaderDictionary(context.Request.Headers.ToDictionary()));
        if (HandshakeStatus != 101)
        {
            context.Response.StatusCode = HandshakeStatus;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await Stream(new ServerStream(socket, context, this));
    }
}

/// <summary>A request the application got.</summary>
internal sealed record ReceivedWebhook(string Path, IFormCollection Form, IHeaderDictionary Headers, string Query);
