using System.Text;
using PhoneAgent.Simulator.Phone.Streams;

namespace PhoneAgent.Tests.Phone;

public sealed class StreamMessagesTests
{
    [Fact]
    public void Messages_look_as_documented()
    {
        Assert.Equal("""{"event":"connected","protocol":"Call","version":"1.0.0"}""", Text(StreamMessages.Connected()));
        Assert.Equal(
            """{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"agent":"a\"\\\u000a","attempt":"1"}},"streamSid":"MZ1"}""",
            Text(StreamMessages.Start(1, "AC1", "CA1", "MZ1", [new("agent", "a\"\\\n"), new("attempt", "1")])));
        Assert.Equal(
            """{"event":"media","sequenceNumber":"3","media":{"track":"inbound","chunk":"2","timestamp":"20","payload":"AQID"},"streamSid":"MZ1"}""",
            Text(StreamMessages.Media(3, "MZ1", 2, 20, [1, 2, 3])));
        Assert.Equal(
            """{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"#"}}""",
            Text(StreamMessages.Dtmf(5, "MZ1", '#')));
        Assert.Equal("""{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"my label"}}""", Text(StreamMessages.Mark(4, "MZ1", "my label")));
        Assert.Equal(
            """{"event":"stop","sequenceNumber":"5","streamSid":"MZ1","stop":{"accountSid":"AC1","callSid":"CA1"}}""",
            Text(StreamMessages.Stop(5, "AC1", "CA1", "MZ1")));
    }

    [Fact]
    public void Start_without_parameters_has_an_empty_object() =>
        Assert.Contains("\"customParameters\":{}}", Text(StreamMessages.Start(1, "AC1", "CA1", "MZ1", [])), StringComparison.Ordinal);

    private static string Text(byte[] utf8) => Encoding.UTF8.GetString(utf8);
}
