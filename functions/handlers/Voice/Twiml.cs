using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using PhoneAgent.Core.Agents;

namespace PhoneAgent.Handlers.Voice;

/// <summary>The verbs of TwiML that the handlers speak. Source: https://www.twilio.com/docs/voice/twiml</summary>
internal static class Twiml
{
    /// <summary>Twilio reads no more. Source: https://www.twilio.com/docs/api/errors/11750</summary>
    public const int MaxBytes = 64 * 1024;

    // Source: https://www.twilio.com/docs/voice/twiml/say
    private static readonly string?[] SayLanguages =
    [
        "ca-ES", "da-DK", "de-DE", "en-AU", "en-CA", "en-GB", "en-IN", "en-US", "es-ES", "es-MX", "fi-FI", "fr-CA", "fr-FR", "it-IT", "ja-JP",
        "ko-KR", "nb-NO", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ru-RU", "sv-SE", "zh-CN", "zh-HK", "zh-TW",
    ];

    /// <summary><c>Response</c> with some verbs, as an answer of type text/xml; a null verb is left out.</summary>
    public static IResult Answer(params IEnumerable<XElement?> verbs) => Results.Text(Write(verbs), "text/xml", Encoding.UTF8);

    /// <summary>The text of <c>Response</c> with some verbs.</summary>
    /// <exception cref="InvalidOperationException">It is longer than Twilio reads; no configuration that was checked leads there.</exception>
    public static string Write(IEnumerable<XElement?> verbs)
    {
        using var bytes = new MemoryStream();
        using (var writer = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false) }))
        {
            new XElement("Response", verbs).Save(writer);
        }

        return bytes.Length <= MaxBytes
            ? Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length)
            : throw new InvalidOperationException("The TwiML is longer than 64 kB.");
    }

    /// <summary>Speaks a text; nothing when there is none.</summary>
    /// <param name="text">What is said.</param>
    /// <param name="language">Language and region, like <c>de-DE</c>; one that not every voice of Twilio's speaks is left out, because the sentence would be, too.</param>
    public static XElement? Say(string? text, string? language = null) => string.IsNullOrWhiteSpace(text) ? null
        : new XElement("Say", Speaks(language) ? new XAttribute("language", language!) : null, Sayable(text));

    /// <summary>Whether every voice of Twilio's speaks a language.</summary>
    public static bool Speaks(string? language) => language is not null && SayLanguages.Contains(language);

    /// <summary>Waits; nothing for 0.</summary>
    public static XElement? Pause(int seconds) => seconds <= 0 ? null : new XElement("Pause", new XAttribute("length", Text(seconds)));

    /// <summary>Connects a bidirectional stream; <paramref name="action"/> is asked when the relay closes it, <paramref name="statusCallback"/> told of its errors.</summary>
    public static XElement ConnectStream(string action, string statusCallback, string streamUrl, params IEnumerable<(string Name, string Value)> parameters) =>
        new("Connect", new XAttribute("action", action), new XElement("Stream", new XAttribute("url", streamUrl), new XAttribute("statusCallback", statusCallback),
            parameters.Select(one => new XElement("Parameter", new XAttribute("name", one.Name), new XAttribute("value", one.Value)))));

    /// <summary>Dials a number; <paramref name="action"/>, if any, is asked when that ends, else the next verb follows.</summary>
    public static XElement Dial(string number, int timeLimitSeconds, string? action = null) =>
        new("Dial", new XAttribute("timeLimit", Text(timeLimitSeconds)), action is null ? null : new XAttribute("action", action), number);

    /// <summary>Dials a person; <paramref name="action"/> is asked when that ends.</summary>
    /// <param name="person">Whom and how.</param>
    /// <param name="timeLimitSeconds">How long the two may talk.</param>
    /// <param name="action">Asked when it ends.</param>
    /// <param name="whisper">Asked for TwiML that runs on the person's side before the two are connected; null for none. Source: https://www.twilio.com/docs/voice/twiml/number#attributes-url</param>
    public static XElement Dial(TransferTarget person, int timeLimitSeconds, string action, string? whisper) => new(
        "Dial",
        new XAttribute("timeout", Text(person.RingSeconds)),
        new XAttribute("timeLimit", Text(timeLimitSeconds)),
        person.CallerId is { } callerId ? new XAttribute("callerId", callerId) : null,
        new XAttribute("action", action),
        new XElement("Number", whisper is null ? null : new XAttribute("url", whisper), person.Number));

    /// <summary>Speaks, and sends the first key pressed to an address; without a key the next verb follows. Source: https://www.twilio.com/docs/voice/twiml/gather</summary>
    public static XElement GatherKey(string action, int timeoutSeconds, string prompt, string? language) => new(
        "Gather",
        new XAttribute("numDigits", "1"),
        new XAttribute("timeout", Text(timeoutSeconds)),
        new XAttribute("finishOnKey", ""),
        new XAttribute("action", action),
        Say(prompt, language));

    /// <summary>Asks an address for more TwiML.</summary>
    public static XElement Redirect(string url) => new("Redirect", url);

    /// <summary>Ends the call.</summary>
    public static XElement Hangup() => new("Hangup");

    /// <summary>Refuses a call that is not answered yet.</summary>
    public static XElement Reject(string? reason) => new("Reject", reason is null ? null : new XAttribute("reason", reason));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // A configured text may hold control characters or half a surrogate pair, which XML cannot.
    private static string Sayable(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? " " : rune.ToString()));
}
