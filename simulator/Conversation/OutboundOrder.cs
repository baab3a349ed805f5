using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PhoneAgent.Core.Calls;
using PhoneAgent.Simulator.House;

namespace PhoneAgent.Simulator.Conversation;

/// <summary>The owner's software in a rehearsal: orders an outbound call through the API, with the key.</summary>
internal static class OutboundOrder
{
    /// <summary>What is left on an answering machine.</summary>
    public const string Message = "This is Fern and Fable. Your book has arrived. Goodbye.";

    private const string To = "+14155550123";

    /// <summary>Allows the rehearsal's one destination, unless the configuration says what is allowed.</summary>
    public static void Allow(HouseConfiguration configuration)
    {
        configuration.Default("Outbound:Enabled", "true");
        configuration.Default("Outbound:AllowedPrefixes:0", "+1415555");
        configuration.Default("Twilio:PhoneNumber", "+14155550199");
    }

    /// <summary>Orders the call.</summary>
    /// <exception cref="BadInputException">The API refused, in its own words.</exception>
    public static async Task<CallSid> PlaceAsync(SimulatedHouse house, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(house.LocalWebhooks, "/api/calls"));
        request.Headers.Add("x-functions-key", house.FunctionKey);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("n"));
        request.Content = JsonContent.Create(new JsonObject
        {
            ["to"] = To,
            ["context"] = new JsonObject { ["customer"] = "Ada", ["reason"] = "her book has arrived" },
            ["voicemail"] = "message",
            ["message"] = Message,
        });
        using var response = await http.SendAsync(request, cancellation);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation));
        return response.StatusCode == HttpStatusCode.Accepted
            ? CallSid.Parse((string)answer!["callSid"]!)
            : throw new BadInputException($"The owner's API refused to place the call ({(int)response.StatusCode}): {(string?)answer?["detail"] ?? (string?)answer?["title"]}");
    }
}
