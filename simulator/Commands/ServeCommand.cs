using System.CommandLine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PhoneAgent.Simulator.Conversation;
using PhoneAgent.Simulator.House;
using PhoneAgent.Simulator.Softphone;
using Spectre.Console;

namespace PhoneAgent.Simulator.Commands;

/// <summary><c>serve</c>: handlers and relay on one port, for a tunnel to a real number or for a phone of one's own.</summary>
internal static class ServeCommand
{
    private static readonly Option<int> Port = new("--port") { Description = "The port on this machine.", DefaultValueFactory = _ => 5199 };
    private static readonly Option<Uri?> PublicUrl = UrlOption.Create("--public-url", "The https address under which a tunnel makes the port public.");

    private static readonly Option<bool> WithSoftphone = new("--softphone") { Description = "Have the softphone at / although there is a public address; only this machine gets in." };

    /// <summary>The command <c>serve</c>.</summary>
    public static Command Create()
    {
        var command = new Command("serve", "Answer calls until Ctrl+C: the real handlers and relay; the real Gemini when Gemini__ApiKey is set.");
        command.Add(Port);
        command.Add(PublicUrl);
        command.Add(WithSoftphone);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult options, CancellationToken cancellation)
    {
        var port = options.GetValue(Port);
        var configuration = HouseConfiguration.FromEnvironment();
        SetAddresses(configuration, port, options.GetValue(PublicUrl));
        var softphone = options.GetValue(PublicUrl) is null || options.GetValue(WithSoftphone) ? new SoftphoneGate() : null;
        await using var house = await ServedHouse.StartAsync(configuration, port, softphone, LogLevel.Information);
        Describe(configuration, house, softphone is null ? null : $"http://localhost:{port}/?token={softphone.Token}");
        await house.App.WaitForShutdownAsync(cancellation);
        return ExitCodes.Done;
    }

    private static void SetAddresses(HouseConfiguration configuration, int port, Uri? publicUrl)
    {
        if (publicUrl is not null)
        {
            if (publicUrl.Scheme != Uri.UriSchemeHttps)
            {
                throw new BadInputException("--public-url must be an https address, because Twilio connects the stream by wss only.");
            }

            var origin = publicUrl.GetLeftPart(UriPartial.Authority);
            configuration["PhoneAgent:WebhookBaseUrl"] = origin;
            configuration["PhoneAgent:StreamUrl"] = string.Concat("wss", origin.AsSpan("https".Length), "/stream");
        }

        configuration.Default("PhoneAgent:WebhookBaseUrl", $"http://127.0.0.1:{port}");
        configuration.Default("PhoneAgent:StreamUrl", $"ws://127.0.0.1:{port}/stream");
    }

    private static void Describe(HouseConfiguration configuration, ServedHouse house, string? softphone)
    {
        var console = Terminal.Create();
        if (softphone is not null)
        {
            console.MarkupLineInterpolated($"[green]softphone        {softphone}[/]  (this machine only)");
        }

        var webhooks = configuration["PhoneAgent:WebhookBaseUrl"]!.TrimEnd('/');
        console.MarkupLineInterpolated($"voice webhook    {webhooks}/api/voice/incoming  (POST; the number's “A call comes in”)");
        console.MarkupLineInterpolated($"status callback  {webhooks}/api/voice/status  (POST; the number's “Call status changes”)");
        console.MarkupLineInterpolated($"media stream     {configuration["PhoneAgent:StreamUrl"]!}/…");
        console.MarkupLineInterpolated($"Gemini           {(house.SimulatesGemini ? "simulated; set Gemini__ApiKey for the real one" : configuration["Gemini:Endpoint"] is { Length: > 0 } endpoint ? $"at {endpoint}, key from the environment" : "the real one, key from the environment")}");
        console.MarkupLineInterpolated($"outbound calls   {(!string.Equals(configuration["Outbound:Enabled"], "true", StringComparison.OrdinalIgnoreCase) ? "switched off" : house.SimulatesCallee ? "ring at a simulated phone, and a simulated person answers" : "cannot be placed from here: only the function app places them with Twilio")}");
        foreach (var variable in configuration.Invented)
        {
            console.MarkupLineInterpolated($"[yellow]{variable} was not set: a value was invented for this run{Consequence(variable)}[/]");
        }

        console.WriteLine("Ctrl+C ends it.");
    }

    private static string Consequence(string variable) => variable switch
    {
        "Twilio__AuthToken" or "Twilio__AccountSid" => ", so Twilio's requests will be refused; set it to answer a real number",
        "PhoneAgent__LocalFunctionKey" => ", so the owner's API is closed; set it to use the API",
        _ => "",
    };
}
