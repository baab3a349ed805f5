using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Trust;
using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Simulator.Doctor;

/// <summary>The relay as Twilio meets it: that it can be reached, has room, refuses a false ticket and takes a true one.</summary>
internal sealed class RelayCheck(Patient patient)
{
    private const string Name = "relay";

    /// <summary>Asks it.</summary>
    /// <param name="offer">The stream's address that the functions offered; null when they offered none.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<Finding>> LookAsync(Uri? offer, CancellationToken cancellation)
    {
        if (patient.Stream is not { } stream)
        {
            return [Finding.Skipped(Name, "PhoneAgent__StreamUrl has to be set first")];
        }

        var origin = new UriBuilder(stream) { Scheme = stream.Scheme == "wss" ? "https" : "http", Path = "/" }.Uri;
        var health = await patient.Ask.GetAsync(new Uri(origin, "healthz"), cancellation);
        if (Unreachable(health) is { } unreachable)
        {
            return [unreachable];
        }

        List<Finding> findings = [Finding.Fine(Name, "can be reached")];
        if (ClockCheck.Compare("the relay", health.Date, patient.Time.GetUtcNow()) is { } clock)
        {
            findings.Add(clock);
        }

        var ready = await patient.Ask.GetAsync(new Uri(origin, "readyz"), cancellation);
        if (ready.Status == HttpStatusCode.ServiceUnavailable)
        {
            findings.Add(Finding.Warning(Name, "takes no calls at the moment: it is full, or being replaced.", "Wait; if it stays so, raise Relay__MaxCalls or the number of replicas."));
            return findings;
        }

        findings.Add(await LookAtFalseTicketAsync(stream, cancellation));
        findings.Add(await LookAtTicketAsync(stream, offer, cancellation));
        return findings;
    }

    private static Finding? Unreachable(Answer health) => health switch
    {
        { Failure: { } failure } => Finding.Problem(Name, $"The service at PhoneAgent__StreamUrl {failure}.", "Deploy or start the relay, or correct the address; its ingress must be open to the internet."),
        { Succeeded: false } or { Text: not "alive" } => Finding.Problem(Name, $"Something else answers at PhoneAgent__StreamUrl: its /healthz is not the relay's (HTTP {(int)health.Status}).", "Correct the address; it is the relay's host with the path /stream."),
        _ => null,
    };

    private async Task<Finding> LookAtFalseTicketAsync(Uri stream, CancellationToken cancellation)
    {
        var (opened, status, _) = await OpenAsync(Address(stream, NewSid(), $"v1.9999999999.{new string('0', 32)}.{new string('A', 43)}"), cancellation);
        return !opened && status == HttpStatusCode.Forbidden
            ? Finding.Fine(Name, "refuses a false ticket")
            : Finding.Problem(Name, $"A stream with a false ticket is {(opened ? "opened" : $"answered with HTTP {(int)status}")} instead of refused with 403.", "Look what stands between Twilio and the relay; it must pass WebSockets and paths through.");
    }

    private async Task<Finding> LookAtTicketAsync(Uri stream, Uri? offer, CancellationToken cancellation)
    {
        var ours = OwnTicket(stream);
        if ((offer ?? ours) is not { } address)
        {
            return Finding.Skipped(Name, "PhoneAgent__TicketKey has to be set before a stream can be tried");
        }

        var (opened, status, failure) = await OpenAsync(address, cancellation);
        if (opened)
        {
            return Finding.Fine(Name, offer is null ? "takes a ticket of this PhoneAgent__TicketKey" : "takes the ticket of the functions");
        }

        if (status != HttpStatusCode.Forbidden)
        {
            return Finding.Problem(Name, failure ?? $"A stream with a ticket is answered with HTTP {(int)status}.", "Look into the relay's log; its ingress must let WebSockets through.");
        }

        if (patient["Twilio:AuthToken"] is null)
        {
            return Finding.Skipped(Name, "without Twilio__AuthToken it cannot be told whether the relay refuses the ticket or asks for Twilio's signature");
        }

        var ownOpens = offer is not null && ours is not null && (await OpenAsync(ours, cancellation)).Opened;
        return ownOpens
            ? Finding.Problem(Name, "The relay takes tickets of this PhoneAgent__TicketKey, but not those of the functions: they have another one.", "Give the functions the same PhoneAgent__TicketKey.")
            : Finding.Problem(Name, "The relay refuses the ticket: it has another PhoneAgent__TicketKey, its clock goes wrong, or it has another Twilio__AuthToken or PhoneAgent__StreamUrl and checks the handshake.", "Give functions and relay the same PhoneAgent__TicketKey.");
    }

    // A ticket as our own functions would write it.
    private Uri? OwnTicket(Uri stream)
    {
        if (patient["PhoneAgent:TicketKey"] is not { } key || patient.IsRefused("PhoneAgent:TicketKey"))
        {
            return null;
        }

        var tickets = new StreamTickets(new PhoneAgentSettings { TicketKey = key }, patient.Time);
        var sid = NewSid();
        return Address(stream, sid, tickets.Write(CallSid.Parse(sid), tickets.NewTerms()));
    }

    private static string NewSid() => "CA" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static Uri Address(Uri stream, string callSid, string ticket) => new($"{stream.AbsoluteUri.TrimEnd('/')}/{callSid}/{ticket}");

    // Opens the stream and closes it before its start: the ticket is not used up, and nothing is paid for.
    private async Task<(bool Opened, HttpStatusCode Status, string? Failure)> OpenAsync(Uri address, CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (patient["Twilio:AuthToken"] is { } token)
        {
            socket.Options.SetRequestHeader("X-Twilio-Signature", RequestSignature.OfHandshake(token, address.AbsoluteUri));
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Asking.Patience);
        try
        {
            await socket.ConnectAsync(address, timeout.Token);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
            return (true, HttpStatusCode.SwitchingProtocols, null);
        }
        catch (WebSocketException e)
        {
            return socket.HttpStatusCode is 0 or HttpStatusCode.SwitchingProtocols
                ? (socket.HttpStatusCode == HttpStatusCode.SwitchingProtocols, socket.HttpStatusCode, $"The relay {Asking.Words(e)}.")
                : (false, socket.HttpStatusCode, null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (false, 0, $"A stream was not opened within {Asking.Patience.TotalSeconds:0} s.");
        }
    }
}
