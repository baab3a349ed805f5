using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PhoneAgent.Simulator.Phone.Twiml;

/// <summary>Reads <c>&lt;Dial&gt;</c> of one phone number. Source: https://www.twilio.com/docs/voice/twiml/dial</summary>
internal static partial class DialReader
{
    public static Dial Read(XElement element, List<TwilioError> errors)
    {
        var dial = new StrictElement(element, errors, "action", "method", "timeout", "timeLimit", "callerId", "answerOnBridge", "hangupOnStar", "ringTone");
        dial.Choice("answerOnBridge", "false", "true", "false");
        dial.Choice("hangupOnStar", "false", "true", "false");
        var (number, calleeUrl) = element.HasElements ? ReadNumber(element, dial, errors) : (dial.Text(), null);
        if (number.Length > 0 && !E164().IsMatch(number))
        {
            errors.Add(TwilioError.DialNumber("the number is not in E.164"));
        }

        var callerId = dial.Optional("callerId");
        if (callerId is not null && !E164().IsMatch(callerId))
        {
            errors.Add(TwilioError.DialCallerId("the number is not in E.164"));
        }

        return new Dial(
            number,
            calleeUrl,
            dial.Url("action"),
            dial.Method(),
            dial.Whole("timeout", 5, 600) ?? 30,
            dial.Whole("timeLimit", 1, 86_400) ?? 14_400,
            callerId);
    }

    private static (string Number, string? CalleeUrl) ReadNumber(XElement element, StrictElement dial, List<TwilioError> errors)
    {
        var children = dial.Children().ToList();
        foreach (var child in children.Where(child => child.Name != "Number").Concat(children.Where(child => child.Name == "Number").Skip(1)))
        {
            dial.UnexpectedElement(child);
        }

        if (element.Element("Number") is not { } noun)
        {
            return (string.Empty, null);
        }

        var number = new StrictElement(noun, errors, "url", "method");
        number.Method();
        return (number.Text(), number.Url("url"));
    }

    [GeneratedRegex(@"^\+[1-9][0-9]{1,14}\z", RegexOptions.CultureInvariant)]
    private static partial Regex E164();
}
