using System.Text;
using PhoneAgent.Simulator.Phone.Streams;

namespace PhoneAgent.Tests.Phone;

public sealed class StreamCommandReaderTests
{
    private const string Sid = "MZ00000000000000000000000000000001";

    [Fact]
    public void The_three_documented_messages_are_understood()
    {
        Assert.Equal([1, 2, 3], Assert.IsType<MediaCommand>(Good("""{"event":"media","streamSid":"MZ00000000000000000000000000000001","media":{"payload":"AQID"}}""")).Mulaw);
        Assert.Equal(new MarkCommand("a\"b"), Good("""{ "mark": {"name":"a\"b"}, "streamSid":"MZ00000000000000000000000000000001", "event":"mark" }"""));
        Assert.Equal(new ClearCommand(), Good("""{"event":"clear","streamSid":"MZ00000000000000000000000000000001"}"""));
    }

    [Theory]
    [InlineData("not json", 31950)]
    [InlineData("", 31950)]
    [InlineData("""{"event":"clear","streamSid":"MZ""", 31950)]
    [InlineData("""{"event":"\ud800"}""", 31950)]
    [InlineData("""{"event":"media","streamSid":"$","media":{"payload":"A"}}""", 31950)]
    [InlineData("""{"event":"media","streamSid":"$","media":{"payload":"****"}}""", 31950)]
    [InlineData("""{"event":"media","streamSid":"$","media":{"payload":"AQ ID"}}""", 31950)]
    [InlineData("[]", 31951)]
    [InlineData("{}", 31951)]
    [InlineData("""{"event":"stop","streamSid":"$"}""", 31951)]
    [InlineData("""{"event":"Media","streamSid":"$","media":{"payload":"AQID"}}""", 31951)]
    [InlineData("""{"event":"clear"}""", 31951)]
    [InlineData("""{"event":"clear","streamSid":"MZ2"}""", 31951)]
    [InlineData("""{"event":"clear","streamSid":"$","sequenceNumber":"1"}""", 31951)]
    [InlineData("""{"event":"clear","event":"clear","streamSid":"$"}""", 31951)]
    [InlineData("""{"event":"media","stream_sid":"$","media":{"payload":"AQID"}}""", 31951)]
    [InlineData("""{"event":"media","streamSid":"$","media":{"payload":"AQID","track":"outbound"}}""", 31951)]
    [InlineData("""{"event":"media","streamSid":"$","media":{}}""", 31951)]
    [InlineData("""{"event":"media","streamSid":"$","media":"AQID"}""", 31951)]
    [InlineData("""{"event":"media","streamSid":"$","media":{"payload":null}}""", 31951)]
    [InlineData("""{"event":"mark","streamSid":"$","mark":{"name":""}}""", 31951)]
    [InlineData("""{"event":"mark","streamSid":"$","mark":{"name":1}}""", 31951)]
    [InlineData("""{"event":"mark","streamSid":"$","name":"a"}""", 31951)]
    public void Anything_else_gets_twilios_code(string message, int code)
    {
        var (command, error) = StreamCommandReader.Read(Encoding.UTF8.GetBytes(message.Replace("$", Sid, StringComparison.Ordinal)), Sid);
        Assert.Null(command);
        Assert.Equal(code, error!.Code);
    }

    private static StreamCommand Good(string message)
    {
        var (command, error) = StreamCommandReader.Read(Encoding.UTF8.GetBytes(message), Sid);
        Assert.Null(error);
        return command!;
    }
}
