using System.Text;
using PhoneAgent.MediaRelay.Twilio;

namespace PhoneAgent.Tests.Relay;

public sealed class PlainMediaTests
{
    private const string Wire = """{"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"AAECAwQF//8="},"streamSid":"MZ0123456789abcdef"}""";
    private const string Documented = """{"event":"media","sequenceNumber":"4","streamSid":"MZ0123456789abcdef","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"AAECAwQF//8="}}""";

    [Theory]
    [InlineData(Wire)]
    [InlineData(Documented)]
    public void The_forms_Twilio_writes_are_found_without_parsing(string message) =>
        Assert.Equal("AAECAwQF//8=", Encoding.UTF8.GetString(PlainMedia.Payload(Encoding.UTF8.GetBytes(message))));

    [Theory]
    [InlineData("""{"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"AAE="},"streamSid":"MZ1","x":1}""")]
    [InlineData("""{"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"AAE="},"streamSid":"MZ1"} """)]
    [InlineData("""{"event":"media","sequenceNumber":4,"media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"AAE="},"streamSid":"MZ1"}""")]
    [InlineData("""{"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"AA\/E"},"streamSid":"MZ1"}""")]
    public void Any_other_form_is_left_to_the_parser_which_reads_it(string message)
    {
        var utf8 = Encoding.UTF8.GetBytes(message);

        Assert.True(PlainMedia.Payload(utf8).IsEmpty);
        Assert.Equal(StreamMessageKind.Media, StreamMessage.Parse(utf8).Kind);
    }

    [Fact]
    public void Whatever_is_found_without_parsing_the_parser_finds_too()
    {
        var random = new Random(20261120);
        var found = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var utf8 = Mutations.Of(Encoding.UTF8.GetBytes(random.Next(2) == 0 ? Wire : Documented), random);
            var payload = PlainMedia.Payload(utf8);
            if (payload.IsEmpty)
            {
                continue;
            }

            found++;
            var parsed = StreamMessage.Parse(utf8);
            Assert.Equal(StreamMessageKind.Media, parsed.Kind);
            Assert.True(payload.SequenceEqual(parsed.Value), Encoding.UTF8.GetString(utf8));
        }

        // Both sides of the question were asked often enough.
        Assert.InRange(found, 5_000, 195_000);
    }
}
