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
            var utf8 = Mutated(Encoding.UTF8.GetBytes(random.Next(2) == 0 ? Wire : Documented), random);
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

    // One to three edits: a byte changed, removed, doubled, or a stretch moved.
    private static byte[] Mutated(byte[] utf8, Random random)
    {
        var bytes = utf8.ToList();
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = "\"\\{}[]:,0aZ+/= \n"u8[random.Next(16)];
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.Insert(at, bytes[random.Next(bytes.Count)]);
                    break;
                default:
                    var length = Math.Min(random.Next(1, 20), bytes.Count - at);
                    var stretch = bytes.GetRange(at, length);
                    bytes.RemoveRange(at, length);
                    bytes.InsertRange(random.Next(bytes.Count + 1), stretch);
                    break;
            }
        }

        return [.. bytes];
    }
}
