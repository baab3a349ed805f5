using System.Text;
using PhoneAgent.MediaRelay.Twilio;

namespace PhoneAgent.Tests.Relay;

public sealed class StreamMessageTests
{
    [Theory]
    [InlineData("""{"event":"connected","protocol":"Call","version":"1.0.0"}""", StreamMessageKind.Connected, "")]
    [InlineData("""{"event":"media","sequenceNumber":"4","streamSid":"MZ1","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"//8="}}""", StreamMessageKind.Media, "//8=")]
    [InlineData("""{"media":{"payload":"//8=","more":{"payload":"x"}},"event":"media"}""", StreamMessageKind.Media, "//8=")]
    [InlineData("""{ "event" : "media",  "media" : { "payload" : "\/\/8=" } }""", StreamMessageKind.Media, "//8=")]
    [InlineData("""{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"1"}}""", StreamMessageKind.Dtmf, "1")]
    [InlineData("""{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"800"}}""", StreamMessageKind.Mark, "800")]
    [InlineData("""{"event":"stop","sequenceNumber":"5","streamSid":"MZ1","stop":{"accountSid":"AC1","callSid":"CA1"}}""", StreamMessageKind.Stop, "")]
    [InlineData("""{"event":"start","start":{}}""", StreamMessageKind.Start, "")]
    [InlineData("""{"event":"weather","weather":{"is":[1,2,{"fine":true}]}}""", StreamMessageKind.Unknown, "")]
    public void A_message_of_Twilio_is_read_whatever_its_order_and_spacing(string json, StreamMessageKind kind, string value)
    {
        var message = StreamMessage.Read(Encoding.UTF8.GetBytes(json));

        Assert.Equal(kind, message.Kind);
        Assert.Equal(value, Encoding.UTF8.GetString(message.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"event":"media","media":{"payload":"AA=="}""")]
    [InlineData("""{"event":"media","media":{"payload":"AA=="}}x""")]
    [InlineData("""{"event":"media"}""")]
    [InlineData("""{"event":"media","media":"payload"}""")]
    [InlineData("""{"event":"media","media":{"payload":7}}""")]
    [InlineData("""{"event":"media","media":{"payload":""}}""")]
    [InlineData("""{"event":"mark","mark":{}}""")]
    [InlineData("""{"event":{"event":"media"}}""")]
    [InlineData("""{"event":7}""")]
    [InlineData("""{"media":{"payload":"AA=="}}""")]
    [InlineData("""{"event":"\ud800"}""")]
    [InlineData("""{"\ud800event":"media"}""")]
    [InlineData("""{"event":"media","media":{"payload":"\udc00"}}""")]
    [InlineData("""{"event":"mark","mark":{"\ud83d":"1","name":"\ud83d"}}""")]
    public void What_is_no_message_is_malformed_and_does_not_throw(string text) =>
        Assert.Equal(StreamMessageKind.Malformed, StreamMessage.Read(Encoding.UTF8.GetBytes(text)).Kind);

    [Fact]
    public void Json_nested_too_deeply_is_malformed()
    {
        var deep = """{"event":"media","x":""" + new string('[', 5_000);

        Assert.Equal(StreamMessageKind.Malformed, StreamMessage.Read(Encoding.UTF8.GetBytes(deep)).Kind);
    }

    [Theory]
    [InlineData("AAEC", true, 3)]
    [InlineData("AAECAw==", true, 4)]
    [InlineData("AAE", false, 0)]
    [InlineData("A*==", false, 0)]
    [InlineData("AAECAwQFBgc=", false, 0)] // more than fits
    public void Media_is_decoded_only_from_base64_that_fits(string payload, bool decodes, int bytes)
    {
        var message = StreamMessage.Read(Encoding.UTF8.GetBytes($$$"""{"event":"media","media":{"payload":"{{{payload}}}"}}"""));

        Assert.Equal(decodes, message.TryDecodeAudio(new byte[4], out var length));
        if (decodes)
        {
            Assert.Equal(bytes, length);
        }
    }

    [Fact]
    public void A_start_message_gives_ids_and_parameters()
    {
        const string json = """{"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"agent":"desk","attempt":"2"}}}""";

        Assert.True(StreamStart.TryRead(Encoding.UTF8.GetBytes(json), out var start, out _));

        Assert.Equal(("MZ1", "AC1", "CA1"), (start.StreamSid, start.AccountSid, start.CallSid));
        Assert.Equal("desk", start.Parameters["agent"]);
        Assert.Equal("2", start.Parameters["attempt"]);
    }

    [Theory]
    [InlineData("""{"event":"start"}""")]
    [InlineData("""{"event":"start","start":{"accountSid":"AC1","streamSid":"MZ1"}}""")]
    [InlineData("""{"event":"start","start":{"accountSid":"AC1","callSid":"CA1"}}""")]
    [InlineData("""{"event":"start","start":{"accountSid":"AC1","callSid":"CA1","streamSid":"MZ\"}"}}""")]
    [InlineData("""{"event":"start","start":{"accountSid":"AC1","callSid":"CA1","streamSid":"MZ1","mediaFormat":{"encoding":"audio/l16"}}}""")]
    [InlineData("""{"event":"start","start":{"accountSid":"AC1","callSid":"CA1","streamSid":"MZ1","mediaFormat":{"sampleRate":"16000"}}}""")]
    [InlineData("""{"event":"start","start":[1]}""")]
    public void A_start_message_without_what_a_stream_needs_is_refused_with_a_reason(string json)
    {
        Assert.False(StreamStart.TryRead(Encoding.UTF8.GetBytes(json), out _, out var problem));
        Assert.StartsWith("start ", problem);
    }

    [Fact]
    public void Messages_to_Twilio_are_exactly_those_of_the_documentation()
    {
        var writer = new StreamMessageWriter("MZ1");
        var buffer = new byte[StreamMessageWriter.MaxMessageBytes];

        Assert.Equal("""{"event":"media","streamSid":"MZ1","media":{"payload":"//8A"}}""", Text(writer.Media([0xFF, 0xFF, 0x00], buffer)));
        Assert.Equal("""{"event":"mark","streamSid":"MZ1","mark":{"name":"123456"}}""", Text(writer.Mark(123_456, buffer)));
        Assert.Equal("""{"event":"clear","streamSid":"MZ1"}""", Text(writer.Clear(buffer)));

        string Text(int length) => Encoding.UTF8.GetString(buffer, 0, length);
    }
}
