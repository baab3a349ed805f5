using System.Text;
using PhoneAgent.Simulator.Phone.Twiml;

namespace PhoneAgent.Tests.Phone;

public sealed class TwimlReaderTests
{
    private const string Stream = """<Stream url="wss://relay.example/stream/CA1/v1.2.3.4" />""";

    [Fact]
    public void A_full_connect_is_read_with_all_it_says()
    {
        var verb = Assert.IsType<Connect>(Only(Read(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <Response>
              <!-- a comment does no harm -->
              <Connect action="voice/stream-ended" method="GET">
                <Stream url="wss://relay.example/stream/CA1" name="leg" statusCallback="https://app.example/s">
                  <Parameter name="agent" value="a&amp;b" /><Parameter name="attempt" value="" />
                </Stream>
              </Connect>
            </Response>
            """)));
        Assert.Equal(("voice/stream-ended", "GET"), (verb.Action, verb.Method));
        Assert.Equal(("leg", "https://app.example/s"), (verb.Stream.Name, verb.Stream.StatusCallback));
        Assert.Equal("wss://relay.example/stream/CA1", verb.Stream.Url.AbsoluteUri);
        Assert.Equal([new("agent", "a&b"), new("attempt", "")], verb.Stream.Parameters);
    }

    [Fact]
    public void Every_verb_is_read_in_order()
    {
        var document = Read(
            """
            <Response><Say voice="alice" language="en-US" loop="2">Hello &amp; welcome</Say><Pause/><Pause length="3"/>
            <Gather numDigits="1" action="/digits"><Say>Press one</Say></Gather>
            <Dial timeout="20" timeLimit="600" callerId="+14155550199" action="after"><Number url="/whisper">+14155550111</Number></Dial>
            <Dial>+14155550112</Dial><Redirect method="POST">/next?a=1&amp;b=2</Redirect><Reject reason="busy"/><Hangup/></Response>
            """);
        Assert.Empty(document.Errors);
        Assert.Equal(
            [
                new Say("Hello & welcome", 2),
                new Pause(1),
                new Pause(3),
                new Dial("+14155550111", "/whisper", "after", "POST", 20, 600, "+14155550199"),
                new Dial("+14155550112", null, null, "POST", 30, 14_400, null),
                new Redirect("/next?a=1&b=2", "POST"),
                new Reject("busy"),
                new Hangup(),
            ],
            document.Verbs.Where(verb => verb is not Gather));
        var gather = Assert.IsType<Gather>(document.Verbs[3]);
        Assert.Equal(("/digits", 1, "#", 5), (gather.Action, gather.NumDigits, gather.FinishOnKey, gather.TimeoutSeconds));
        Assert.Equal([new Say("Press one", 1)], gather.Prompts);
    }

    [Fact]
    public void An_empty_response_is_a_document_without_verbs()
    {
        var document = Read("<Response/>");
        Assert.Empty(document.Verbs);
        Assert.Empty(document.Errors);
    }

    [Theory]
    [InlineData("", 12100)]
    [InlineData("{}", 12100)]
    [InlineData("<Response>", 12100)]
    [InlineData(" <?xml version=\"1.0\"?><Response/>", 12100)]
    [InlineData("<Response><Say>a & b</Say></Response>", 12100)]
    [InlineData("<!DOCTYPE Response [<!ENTITY a \"b\">]><Response><Say>&a;</Say></Response>", 12100)]
    [InlineData("<response/>", 12100)]
    [InlineData("<Response xmlns=\"urn:x\"/>", 12100)]
    [InlineData("<Response version=\"1\"/>", 12200)]
    [InlineData("<Response>text</Response>", 12200)]
    [InlineData("<Response><?php x ?></Response>", 12200)]
    [InlineData("<Response><Play>https://a.example/b.wav</Play></Response>", 12200)]
    [InlineData("<Response><say>lower case</say></Response>", 12200)]
    [InlineData("<Response><Say/></Response>", 12200)]
    [InlineData("<Response><Say volume=\"11\">a</Say></Response>", 12200)]
    [InlineData("<Response><Say>a<break/></Say></Response>", 12200)]
    [InlineData("<Response><Pause length=\"-1\"/></Response>", 12200)]
    [InlineData("<Response><Pause length=\"1.5\"/></Response>", 12200)]
    [InlineData("<Response><Pause>1</Pause></Response>", 12200)]
    [InlineData("<Response><Hangup reason=\"x\"/></Response>", 12200)]
    [InlineData("<Response><Redirect/></Response>", 12200)]
    [InlineData("<Response><Redirect method=\"PUT\">/a</Redirect></Response>", 12200)]
    [InlineData("<Response><Redirect>http://</Redirect></Response>", 11100)]
    [InlineData("<Response><Reject reason=\"no\"/></Response>", 12200)]
    [InlineData("<Response><Gather><Connect/></Gather></Response>", 12200)]
    [InlineData("<Response><Dial/></Response>", 12200)]
    [InlineData("<Response><Dial>5551234</Dial></Response>", 13223)]
    [InlineData("<Response><Dial callerId=\"anonymous\">+14155550111</Dial></Response>", 13214)]
    [InlineData("<Response><Dial><Sip>sip:a@b</Sip></Dial></Response>", 12200)]
    [InlineData("<Response><Dial timeLimit=\"0\">+14155550111</Dial></Response>", 12200)]
    public void A_faulty_document_is_refused_as_a_whole_with_twilios_code(string document, int code)
    {
        var read = Read(document);
        Assert.Empty(read.Verbs);
        Assert.Equal([code], read.Errors.Select(error => error.Code).Distinct());
    }

    [Theory]
    [InlineData("<Connect/>", 12200)]
    [InlineData("<Connect>" + Stream + Stream + "</Connect>", 12200)]
    [InlineData("<Connect><Room>a</Room></Connect>", 12200)]
    [InlineData("<Connect actoin=\"/a\">" + Stream + "</Connect>", 12200)]
    [InlineData("<Connect><Stream/></Connect>", 12200)]
    [InlineData("<Connect><Stream url=\"wss://a.example/s\" bidirectional=\"true\"/></Connect>", 12200)]
    [InlineData("<Connect><Stream url=\"wss://a.example/s\" track=\"both_tracks\"/></Connect>", 12200)]
    [InlineData("<Connect><Stream url=\"wss://a.example/s\">text</Stream></Connect>", 12200)]
    [InlineData("<Connect><Stream url=\"wss://a.example/s\"><Parameter name=\"a\"/></Stream></Connect>", 12200)]
    [InlineData("<Connect><Stream url=\"wss://a.example/s\"><Parameter value=\"a\"/></Stream></Connect>", 12200)]
    [InlineData("<Connect><Stream url=\"wss://a.example/s\"><Parameter name=\"a\" value=\"1\"/><Parameter name=\"a\" value=\"2\"/></Stream></Connect>", 12200)]
    [InlineData("<Connect><Stream url=\"stream\"/></Connect>", 31923)]
    [InlineData("<Connect><Stream url=\"https://a.example/s\"/></Connect>", 31922)]
    [InlineData("<Connect><Stream url=\"ws://a.example/s\"/></Connect>", 31922)]
    [InlineData("<Connect><Stream url=\"wss://a.example/s?ticket=1\"/></Connect>", 31920)]
    public void A_faulty_connect_is_refused_with_twilios_code(string verb, int code)
    {
        var read = Read($"<Response>{verb}</Response>");
        Assert.Empty(read.Verbs);
        Assert.Equal([code], read.Errors.Select(error => error.Code).Distinct());
    }

    [Theory]
    [InlineData(495, true)]
    [InlineData(496, false)]
    public void A_parameter_has_less_than_500_characters_name_and_value_together(int valueLength, bool isGood)
    {
        var value = new string('v', valueLength);
        var read = Read($"""<Response><Connect><Stream url="wss://a.example/s"><Parameter name="name" value="{value}"/></Stream></Connect></Response>""");
        Assert.Equal(isGood, read.Errors.Count == 0);
    }

    [Theory]
    [InlineData("ws://127.0.0.1:5199/stream")]
    [InlineData("ws://localhost/stream")]
    [InlineData("ws://[::1]:80/stream")]
    public void Plain_ws_is_for_loopback(string url) =>
        Assert.Empty(Read($"""<Response><Connect><Stream url="{url}"/></Connect></Response>""").Errors);

    [Theory]
    [InlineData("text/xml", true)]
    [InlineData("application/xml", true)]
    [InlineData("text/plain", false)]
    [InlineData("application/json", false)]
    [InlineData(null, false)]
    public void Only_xml_content_types_are_taken(string? contentType, bool isGood)
    {
        var errors = TwimlReader.Read(contentType, "<Response/>"u8.ToArray()).Errors;
        Assert.Equal(isGood ? [] : [12300], errors.Select(error => error.Code));
    }

    [Fact]
    public void More_than_64_kB_is_too_large()
    {
        var padding = new string(' ', 64 * 1024);
        Assert.Equal([11750], Read($"<Response>{padding}</Response>").Errors.Select(error => error.Code));
    }

    private static TwimlDocument Read(string document) => TwimlReader.Read("text/xml", Encoding.UTF8.GetBytes(document));

    private static TwimlVerb Only(TwimlDocument document)
    {
        Assert.Empty(document.Errors);
        return Assert.Single(document.Verbs);
    }
}
