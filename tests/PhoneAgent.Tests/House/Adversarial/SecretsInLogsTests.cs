using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using PhoneAgent.Core.Calls;
using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.Gemini;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Load;
using PhoneAgent.Simulator.Outbound;
using PhoneAgent.Simulator.Phone;
using PhoneAgent.Simulator.Phone.Callers;
using PhoneAgent.Simulator.Scripts;

namespace PhoneAgent.Tests.House.Adversarial;

/// <summary>Whole calls, good and refused, with values that can be found again: none is in any line of handlers or relay at Information or above, nor in a scope, nor in an exception.</summary>
[SideBySide(10)]
public sealed class SecretsInLogsTests : IDisposable
{
    private const string AuthToken = "seeded-twilio-token-9d1f";
    private const string FunctionKey = "seeded-function-key-77a0";
    private const string GeminiKey = "seeded-gemini-key-31be";
    private const string Caller = "+14155550187";
    private const string Called = "+14155550164";
    private const string Premium = "+19005550123";

    private static readonly byte[] TicketKey = [.. Enumerable.Range(7, 32).Select(i => (byte)i)];

    // What OutboundOrder orders, and what is said.
    private static readonly string[] Private =
    [
        AuthToken, FunctionKey, GeminiKey, Convert.ToBase64String(TicketKey), Caller[1..], Called[1..], Premium[1..], "14155550123", "14155550199",
        "anything else", "on Sunday", "Please go on", "her book has arrived", "Your book",
    ];

    private static readonly ConversationScript Greeting = new([new ScriptTurn { Agent = "Is there anything else?" }]);

    // Beside the script: what the caller and the agent say, and a function that the model calls with a number.
    private static readonly GeminiBehaviour TalkedOver = new()
    {
        RawAfterSetup =
        [
            $$$$"""{"serverContent":{"inputTranscription":{"text":"My number is {{{{Caller}}}}, and on Sunday?"},"outputTranscription":{"text":"Please go on."}}}""",
            $$$$"""{"toolCall":{"functionCalls":[{"id":"call-1","name":"transfer_to_{{{{Premium}}}}","args":{"number":"{{{{Premium}}}}"}}]}}""",
        ],
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("secrets").FullName;
    private readonly List<KeptLog> _logs = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_inbound_call_and_refused_ones_leave_none_in_the_logs()
    {
        await using (var house = await OpenAsync())
        {
            house.Gemini.Behaviour = TalkedOver;
            var settings = house.PhoneSettings() with { From = Caller, To = Called };
            var call = await CallAsync(settings, new ScriptedCaller(Greeting, _ => []));
            Assert.Null(call.Complaint);
            await house.WaitUntilIdleAsync(Patience.Long);
            Assert.True(Assert.Single(Assert.Single(house.Gemini.Sessions).FunctionResponses).Response.ContainsKey("error"));

            // The ticket that was used, once more; one signed with the wrong key; a webhook that is not Twilio's.
            var ticket = Assert.Single(await TicketsAsync());
            Assert.Equal(1008, await ReplayAsync(house, call.CallSid, ticket));
            using var stranger = await Stranger.ConnectAsync(house.LocalStream);
            Assert.StartsWith("HTTP/1.1 403", await stranger.AskAsync(Stranger.Handshake($"/stream/{call.CallSid}/{MintedTicket.New(new byte[32], call.CallSid)}")));
            using var http = new HttpClient();
            using var form = new FormUrlEncodedContent([new("From", Caller), new("To", Called), new("CallSid", call.CallSid), new("SpeechResult", "and on Sunday")]);
            Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync(new Uri(house.LocalWebhooks, "/api/voice/incoming?number=" + Caller), form)).StatusCode);

            house.Gemini.Behaviour = new GeminiBehaviour { RefusesKey = KeyRefusal.NotValid };
            Assert.Equal(CallEnding.HungUpByTwiml, (await CallAsync(settings, new SilentCaller(TimeSpan.FromSeconds(60)))).Ending);
        }

        await AssertPrivateAsync("The stream ended: CallerHungUp", "the ticket was used already", "ticket Forged", "Webhook refused", "GeminiUnavailable", "called a function that does not exist");
    }

    [Fact]
    public async Task An_outbound_call_and_refused_ones_leave_none_in_the_logs()
    {
        var callee = new Callee { Voice = () => new ScriptedCaller(Greeting, _ => []) };
        await using (var house = await OpenAsync(callee))
        {
            var placed = await OutboundOrder.PlaceAsync(house, CancellationToken.None);
            var call = await house.Placer!.ResultAsync(placed).WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Null(call.Complaint);
            await house.WaitUntilIdleAsync(Patience.Long);

            Assert.Equal(HttpStatusCode.Forbidden, await OrderAsync(house, Premium, FunctionKey));
            Assert.Equal(HttpStatusCode.Unauthorized, await OrderAsync(house, Caller, FunctionKey + "x"));
            Assert.Equal(HttpStatusCode.Unauthorized, await OrderAsync(house, Caller, null, "?code=" + FunctionKey + "y"));
            Assert.Single(house.Placer.Orders);
        }

        await AssertPrivateAsync("The stream ended: CallerHungUp", "Owner's request refused");
    }

    [Fact]
    public async Task A_simulated_call_prints_no_secret()
    {
        var script = Path.Combine(_folder, "script.json");
        await File.WriteAllTextAsync(script, """{"turns":[{"agent":"Is there anything else?"}]}""");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "PhoneAgent.Simulator.dll"), "call", "--json", "--script", script, "--out", _folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        foreach (var (key, value) in Seeds())
        {
            start.Environment[HouseConfiguration.Variable(key)] = value;
        }

        start.Environment["PhoneAgent__CallLog"] = "file:" + _folder;
        using var simulator = Process.Start(start)!;
        var patience = Patience.Token;
        var (output, errors) = (simulator.StandardOutput.ReadToEndAsync(patience), simulator.StandardError.ReadToEndAsync(patience));
        await simulator.WaitForExitAsync(patience);

        Assert.Equal((0, ""), (simulator.ExitCode, await errors));
        var ticket = Assert.Single(await TicketsAsync());
        foreach (var secret in new[] { AuthToken, FunctionKey, GeminiKey, Convert.ToBase64String(TicketKey), ticket, ticket.Split('.')[2] })
        {
            Assert.DoesNotContain(secret, await output, StringComparison.Ordinal);
        }
    }

    private static Dictionary<string, string> Seeds() => new()
    {
        ["Twilio:AuthToken"] = AuthToken,
        ["PhoneAgent:TicketKey"] = Convert.ToBase64String(TicketKey),
        ["PhoneAgent:LocalFunctionKey"] = FunctionKey,
        ["Gemini:ApiKey"] = GeminiKey,
    };

    private static async Task<CallResult> CallAsync(PhoneSettings settings, ICaller caller)
    {
        using var phone = new SimulatedPhone(settings with { VerbSpeed = 10 });
        var patience = Patience.Token;
        return await phone.CallAsync(caller, cancellation: patience);
    }

    private static async Task<int> ReplayAsync(SimulatedHouse house, string call, string ticket)
    {
        using var stranger = await Stranger.ConnectAsync(house.LocalStream);
        Assert.StartsWith("HTTP/1.1 101", await stranger.AskAsync(Stranger.Handshake($"/stream/{call}/{ticket}")));
        await stranger.SayAsync(StreamWords.Start(call, account: house.PhoneSettings().AccountSid));
        return await stranger.CloseCodeAsync();
    }

    private static async Task<HttpStatusCode> OrderAsync(SimulatedHouse house, string to, string? key, string query = "")
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(house.LocalWebhooks, "/api/calls" + query)) { Content = JsonContent.Create(new JsonObject { ["to"] = to }) };
        if (key is not null)
        {
            request.Headers.Add("x-functions-key", key);
        }

        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }

    private Task<SimulatedHouse> OpenAsync(Callee? callee = null)
    {
        var configuration = HouseConfiguration.FromEnvironment();
        foreach (var (key, value) in Seeds())
        {
            configuration[key] = value;
        }

        OutboundOrder.Allow(configuration);
        return SimulatedHouse.OpenAsync(configuration, new SimulatedGeminiOptions { ApiKey = GeminiKey, Script = Greeting }, "file:" + _folder, callee, LogLevel.Information, () =>
        {
            _logs.Add(new KeptLog());
            return _logs[^1];
        });
    }

    // The log keeps a ticket's terms, from which whoever has the key can write it again.
    private async Task<IReadOnlyList<string>> TicketsAsync()
    {
        var log = CallLogs.Open("file:" + _folder, TimeProvider.System);
        var tickets = new List<string>();
        foreach (var call in Directory.EnumerateFiles(_folder, "CA*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)[..34]).Distinct())
        {
            var offers = (await log.ReadAsync(CallSid.Parse(call), default)).OfType<StreamOffered>();
            tickets.AddRange(offers.Select(offer => MintedTicket.Write(TicketKey, call, offer.ExpiresAt.ToUnixTimeSeconds(), offer.Nonce)));
        }

        return tickets;
    }

    private async Task AssertPrivateAsync(params string[] expected)
    {
        var lines = _logs.SelectMany(log => log.Lines).ToList();
        Assert.Equal(2, _logs.Count);
        Assert.All(expected, text => Assert.Contains(lines, line => line.Contains(text, StringComparison.Ordinal)));
        var tickets = await TicketsAsync();
        Assert.NotEmpty(tickets);
        foreach (var secret in Private.Concat(tickets.SelectMany(ticket => ticket.Split('.')[2..])).Append("v1."))
        {
            Assert.DoesNotContain(lines, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
        }
    }
}
