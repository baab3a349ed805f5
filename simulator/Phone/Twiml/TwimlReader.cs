using System.Xml;
using System.Xml.Linq;

namespace PhoneAgent.Simulator.Phone.Twiml;

/// <summary>
/// Reads TwiML without forgiveness. Twilio ignores part of what it does not know and goes on; here every deviation is an
/// error, because on a real call it would be a silent one.
/// </summary>
public static class TwimlReader
{
    private static readonly XmlReaderSettings Strict = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = TwilioWebhooks.MaxBodyBytes,
    };

    /// <summary>Reads the answer to a webhook: its media type and its bytes.</summary>
    public static TwimlDocument Read(string? contentType, byte[] body)
    {
        if (body.Length == 0)
        {
            return Faulty(TwilioError.DocumentParse("the document is empty"));
        }

        if (contentType is not ("text/xml" or "application/xml"))
        {
            return Faulty(TwilioError.ContentType($"'{contentType}' is not text/xml"));
        }

        if (body.Length > TwilioWebhooks.MaxBodyBytes)
        {
            return Faulty(TwilioError.BodyTooLarge($"{body.Length} bytes"));
        }

        try
        {
            using var reader = XmlReader.Create(new MemoryStream(body), Strict);
            return Read(XDocument.Load(reader, LoadOptions.PreserveWhitespace).Root!);
        }
        catch (XmlException malformed)
        {
            return Faulty(TwilioError.DocumentParse(malformed.Message));
        }
    }

    private static TwimlDocument Faulty(TwilioError error) => new([], [error]);

    private static TwimlDocument Read(XElement root)
    {
        if (root.Name != "Response")
        {
            return Faulty(TwilioError.DocumentParse($"the root element is '{root.Name}', not 'Response'"));
        }

        var errors = new List<TwilioError>();
        var response = new StrictElement(root, errors);
        var verbs = new List<TwimlVerb>();
        foreach (var child in response.Children())
        {
            if (ReadVerb(child, errors) is { } verb)
            {
                verbs.Add(verb);
            }
            else
            {
                response.UnexpectedElement(child);
            }
        }

        return errors.Count == 0 ? new TwimlDocument(verbs, []) : new TwimlDocument([], errors);
    }

    private static TwimlVerb? ReadVerb(XElement element, List<TwilioError> errors) => element.Name.ToString() switch
    {
        "Say" => ReadSay(element, errors),
        "Pause" => ReadPause(element, errors),
        "Connect" => ConnectReader.Read(element, errors),
        "Redirect" => ReadRedirect(element, errors),
        "Dial" => DialReader.Read(element, errors),
        "Gather" => ReadGather(element, errors),
        "Hangup" => ReadHangup(element, errors),
        "Reject" => ReadReject(element, errors),
        _ => null,
    };

    private static Say ReadSay(XElement element, List<TwilioError> errors)
    {
        var say = new StrictElement(element, errors, "voice", "language", "loop");
        return new Say(say.Text(), say.Whole("loop", 1, 1000) ?? 1);
    }

    private static Pause ReadPause(XElement element, List<TwilioError> errors)
    {
        var pause = new StrictElement(element, errors, "length");
        pause.Empty();
        return new Pause(pause.Whole("length", 0, 14_400) ?? 1);
    }

    private static Redirect ReadRedirect(XElement element, List<TwilioError> errors)
    {
        var redirect = new StrictElement(element, errors, "method");
        var url = redirect.Text();
        if (!Uri.TryCreate(url, UriKind.RelativeOrAbsolute, out _))
        {
            errors.Add(TwilioError.InvalidUrl("Redirect"));
        }

        return new Redirect(url, redirect.Method());
    }

    private static Gather ReadGather(XElement element, List<TwilioError> errors)
    {
        var gather = new StrictElement(
            element, errors, "input", "action", "method", "timeout", "numDigits", "finishOnKey", "actionOnEmptyResult", "language");
        gather.Choice("input", "dtmf", "dtmf");
        gather.Choice("actionOnEmptyResult", "false", "false");
        gather.Choice("finishOnKey", "#", "", "#", "*", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        var prompts = new List<TwimlVerb>();
        foreach (var child in gather.Children())
        {
            if (child.Name.ToString() is "Say" or "Pause" && ReadVerb(child, errors) is { } prompt)
            {
                prompts.Add(prompt);
            }
            else
            {
                gather.UnexpectedElement(child);
            }
        }

        return new Gather(
            gather.Url("action"),
            gather.Method(),
            gather.Whole("timeout", 1, 300) ?? 5,
            gather.Whole("numDigits", 1, 100),
            gather.Optional("finishOnKey") ?? "#",
            prompts);
    }

    private static Hangup ReadHangup(XElement element, List<TwilioError> errors)
    {
        new StrictElement(element, errors).Empty();
        return new Hangup();
    }

    private static Reject ReadReject(XElement element, List<TwilioError> errors)
    {
        var reject = new StrictElement(element, errors, "reason");
        reject.Empty();
        return new Reject(reject.Choice("reason", "rejected", "rejected", "busy"));
    }
}
