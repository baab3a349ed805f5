using System.Text.Json;
using PhoneAgent.MediaRelay.Tools;

namespace PhoneAgent.Tests.Relay.Tools;

public sealed class GeminiSchemaTests
{
    [Theory]
    [InlineData("""{"type":"string","format":"date-time","description":"When."}""", """{"type":"STRING","format":"date-time","description":"When."}""")]
    [InlineData("""{"type":"string","format":"email"}""", """{"type":"STRING","description":"Format: email."}""")]
    [InlineData("""{"type":"string","enum":["red","blue"]}""", """{"type":"STRING","enum":["red","blue"],"format":"enum"}""")]
    [InlineData("""{"enum":["red","blue"]}""", """{"type":"STRING","enum":["red","blue"],"format":"enum"}""")]
    [InlineData("""{"enum":["red",null]}""", """{"type":"STRING","nullable":true,"enum":["red"],"format":"enum"}""")]
    [InlineData("""{"const":"red"}""", """{"type":"STRING","enum":["red"],"format":"enum"}""")]
    [InlineData("""{"type":"integer","enum":[1,2],"description":"Size."}""", """{"type":"INTEGER","description":"Size. One of 1, 2."}""")]
    [InlineData("""{"type":"integer","format":"int32","minimum":1,"maximum":9}""", """{"type":"INTEGER","format":"int32","minimum":1,"maximum":9}""")]
    [InlineData("""{"type":["number","null"],"default":2.5}""", """{"type":"NUMBER","nullable":true,"default":2.5}""")]
    [InlineData("""{"anyOf":[{"type":"boolean"},{"type":"null"}],"description":"Sure?"}""", """{"type":"BOOLEAN","nullable":true,"description":"Sure?"}""")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"}]}""", """{"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]}""")]
    [InlineData("""{"type":["string","integer","null"],"description":"No."}""", """{"anyOf":[{"type":"STRING","description":"No."},{"type":"INTEGER","description":"No."}],"nullable":true}""")]
    [InlineData("""{"type":"array","items":{"type":"string","minLength":1,"pattern":"^a"},"minItems":1}""", """{"type":"ARRAY","minItems":1,"items":{"type":"STRING","minLength":1,"pattern":"^a"}}""")]
    [InlineData("""{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""", """{"type":"OBJECT","properties":{"b":{"type":"STRING"},"a":{"type":"STRING"}},"propertyOrdering":["b","a"],"required":["a"]}""")]
    [InlineData("""{"$ref":"#/$defs/day","description":"Which."}""", """{"type":"STRING","enum":["mon","tue"],"format":"enum","description":"Which."}""")]
    [InlineData("""{"allOf":[{"$ref":"#/$defs/day"}]}""", """{"type":"STRING","enum":["mon","tue"],"format":"enum"}""")]
    public void What_a_schema_says_is_said_in_geminis_words(string json, string gemini)
    {
        var written = GeminiSchema.Of(Parameters(json));
        Assert.Equal($$$"""{"type":"OBJECT","properties":{"p":{{{gemini}}}},"propertyOrdering":["p"]}""", written);
    }

    [Theory]
    [InlineData("""{}""", "p says no type.")]
    [InlineData("""true""", "p says no type.")]
    [InlineData("""{"type":"array"}""", "p is an array that does not say of what (items).")]
    [InlineData("""{"type":"object"}""", "p is an object that does not name its properties.")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", "p is an object that does not name its properties.")]
    [InlineData("""{"type":"null"}""", "p says no type.")]
    [InlineData("""{"type":"date"}""", "p is of a type that JSON schema does not have.")]
    [InlineData("""{"$ref":"https://schemas.example/day"}""", "p refers to what is not in this schema.")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "p refers to what is not in this schema.")]
    [InlineData("""{"$ref":"#/$defs/tree"}""", "refers to itself, or is nested too deeply.")]
    [InlineData("""{"allOf":[{"type":"string"},{"minLength":1}]}""", "p has allOf of more than one schema.")]
    [InlineData("""{"type":"object","properties":{"q":{"type":"array","items":{}}}}""", "p.q[] says no type.")]
    public void What_gemini_cannot_be_told_is_refused_by_name(string json, string problem) =>
        Assert.EndsWith(problem, Assert.Throws<GeminiSchemaException>(() => GeminiSchema.Of(Parameters(json))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"type":"object"}""")]
    [InlineData("""{"type":"object","properties":{}}""")]
    public void A_function_without_arguments_has_no_parameters(string json) => Assert.Null(GeminiSchema.Of(JsonDocument.Parse(json).RootElement));

    [Fact]
    public void Arguments_are_an_object() =>
        Assert.Equal("It must be of type object.", Assert.Throws<GeminiSchemaException>(() => GeminiSchema.Of(JsonDocument.Parse("""{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}""").RootElement)).Message);

    private static JsonElement Parameters(string property) => JsonDocument.Parse(
        """{"type":"object","properties":{"p":PROPERTY},"$defs":{"day":{"type":"string","enum":["mon","tue"]},"tree":{"type":"object","properties":{"left":{"$ref":"#/$defs/tree"}}}}}""".Replace("PROPERTY", property, StringComparison.Ordinal)).RootElement;
}
