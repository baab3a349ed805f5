using System.Text.Json;
using PhoneAgent.Core.Json;

namespace PhoneAgent.Tests.Core.Json;

public sealed class SchemaCheckTests
{
    [Theory]
    [InlineData("""{"type":"string"}""", "7", "It must be a text.")]
    [InlineData("""{"type":["string","null"]}""", "null", "")]
    [InlineData("""{"type":"integer"}""", "7.0", "")]
    [InlineData("""{"type":"integer"}""", "7.5", "It must be a whole number.")]
    [InlineData("""{"enum":["a",1]}""", "1.0", "")]
    [InlineData("""{"enum":["a",1]}""", "\"b\"", "It must be one of a, 1.")]
    [InlineData("""{"minimum":1}""", "0", "It must be at least 1.")]
    [InlineData("""{"items":{"type":"number"},"maxItems":2}""", "[1,\"x\",3]", "It must have at most 2 items. [1] must be a number.")]
    [InlineData("""{"required":["a"],"properties":{"b":{"maxLength":1}}}""", """{"b":"bb"}""", "a is missing. b must have at most 1 characters.")]
    [InlineData("""{"properties":{"b":true},"additionalProperties":false}""", """{"b":1,"c":2}""", "c is no key that is known here; there are b.")]
    [InlineData("""{"additionalProperties":{"type":"boolean"}}""", """{"b":1}""", "b must be true or false.")]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", """{"bb":1}""", "bb must have at most 1 characters.")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"object","required":["x","y"]}]}""", "7", "It must be a text.")]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":3}]}""", "4", "It must be at most 3.")]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}},"required":["v"]}}}""", """{"v":1,"next":{"v":2,"next":{}}}""", "next.next.v is missing.")]
    [InlineData("""{"$ref":"#"}""", "7", "")]
    [InlineData("""{"pattern":"^(a+)+$"}""", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"", "It must match ^(a+)+$.")]
    [InlineData("""{"pattern":"(?=a)b["}""", "\"x\"", "")]
    [InlineData("false", "1", "It is not allowed.")]
    public void A_value_is_checked_by_its_schema(string schema, string value, string problems) =>
        Assert.Equal(problems, string.Join(" ", new SchemaCheck(JsonDocument.Parse(schema).RootElement).Problems(JsonDocument.Parse(value).RootElement)));

    [Fact]
    public void Keys_are_found_in_their_lines()
    {
        var lines = JsonLines.Read("""
            {
              // a comment
              "a": [
                1,
                { "b": 2 }
              ],
              "c": { "d":
                3 }
            }
            """u8);
        Assert.Equal([3, 4, 5, 5, 7, 7, 7, 1], [.. from path in new[] { "a", "a[0]", "a[1]", "a[1].b", "c", "c.d", "c.e", "f" } select lines.Of(path)]);
        Assert.Empty(lines.Repeated);
    }
}
