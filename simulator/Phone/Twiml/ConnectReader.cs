using System.Xml.Linq;

namespace PhoneAgent.Simulator.Phone.Twiml;

/// <summary>
/// Reads <c>&lt;Connect&gt;&lt;Stream&gt;</c>. Source: https://www.twilio.com/docs/voice/twiml/stream
/// </summary>
internal static class ConnectReader
{
    /// <summary>Name and value of a Parameter together stay below this many characters.</summary>
    private const int ParameterLimit = 500;

    public static Connect Read(XElement element, List<TwilioError> errors)
    {
        var connect = new StrictElement(element, errors, "action", "method");
        var streams = new List<MediaStream>();
        foreach (var child in connect.Children())
        {
            if (child.Name == "Stream")
            {
                streams.Add(ReadStream(child, errors));
            }
            else
            {
                connect.UnexpectedElement(child);
            }
        }

        if (streams.Count != 1)
        {
            connect.Violation($"element 'Connect' holds exactly one 'Stream', not {streams.Count}");
        }

        return new Connect(connect.Url("action"), connect.Method(), streams.FirstOrDefault() ?? new MediaStream(Nowhere, string.Empty, null, []));
    }

    private static Uri Nowhere { get; } = new("wss://invalid.invalid");

    private static MediaStream ReadStream(XElement element, List<TwilioError> errors)
    {
        var stream = new StrictElement(element, errors, "url", "name", "track", "statusCallback", "statusCallbackMethod");
        stream.Choice("track", "inbound_track", "inbound_track");
        stream.Choice("statusCallbackMethod", "POST", "POST");
        var parameters = new List<KeyValuePair<string, string>>();
        foreach (var child in stream.Children())
        {
            if (child.Name == "Parameter")
            {
                parameters.Add(ReadParameter(child, errors));
            }
            else
            {
                stream.UnexpectedElement(child);
            }
        }

        if (parameters.DistinctBy(parameter => parameter.Key).Count() != parameters.Count)
        {
            stream.Violation("two Parameters have the same name");
        }

        var url = stream.Required("url");
        return new MediaStream(
            url.Length == 0 ? Nowhere : StreamUrl(url, errors), stream.Optional("name") ?? string.Empty, stream.Url("statusCallback"), parameters);
    }

    private static Uri StreamUrl(string text, List<TwilioError> errors)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            errors.Add(TwilioError.StreamUrl("the url of Stream is no absolute address"));
            return Nowhere;
        }

        if (url.Scheme != Uri.UriSchemeWss && !(url.Scheme == Uri.UriSchemeWs && url.IsLoopback))
        {
            errors.Add(TwilioError.StreamScheme($"'{url.Scheme}' is not wss"));
        }

        if (text.Contains('?', StringComparison.Ordinal) || text.Contains('#', StringComparison.Ordinal))
        {
            errors.Add(TwilioError.StreamHandshake("the url of Stream has a query string; pass values as Parameter"));
        }

        return url;
    }

    private static KeyValuePair<string, string> ReadParameter(XElement element, List<TwilioError> errors)
    {
        var parameter = new StrictElement(element, errors, "name", "value");
        parameter.Empty();
        var name = parameter.Required("name");
        var value = parameter.Optional("value");
        if (value is null)
        {
            parameter.Violation("attribute 'value' must appear on element 'Parameter'");
        }
        else if (name.Length + value.Length >= ParameterLimit)
        {
            parameter.Violation($"Parameter '{name}' has {name.Length + value.Length} characters, the limit is {ParameterLimit - 1}");
        }

        return KeyValuePair.Create(name, value ?? string.Empty);
    }
}
