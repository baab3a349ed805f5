using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using PhoneAgent.Core.Agents;

namespace PhoneAgent.Tests.Core.Agents;

/// <summary>The schema that editors complete by and services check by says the same as the types the profiles become.</summary>
public sealed class AgentSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "agents", "agent.schema.json"))).RootElement;

    [Theory]
    [InlineData("", typeof(AgentProfile))]
    [InlineData("voiceActivity", typeof(VoiceActivity))]
    [InlineData("endCall", typeof(EndCallRules))]
    [InlineData("transferTarget", typeof(TransferTarget))]
    [InlineData("handOff", typeof(HandOffRules))]
    [InlineData("keypad", typeof(KeypadRules))]
    [InlineData("recording", typeof(RecordingRules))]
    [InlineData("model", typeof(ModelRules))]
    [InlineData("tools", typeof(AgentTools))]
    [InlineData("functionTool", typeof(ToolRules))]
    [InlineData("httpTool", typeof(HttpToolRules))]
    [InlineData("mcpServer", typeof(McpServerRules))]
    public void Keys_needs_choices_and_defaults_are_those_of_the_code(string definition, Type type)
    {
        var schema = definition.Length == 0 ? Schema : Schema.GetProperty("$defs").GetProperty(definition);
        var keys = schema.GetProperty("properties").EnumerateObject().Where(key => key.Name != "$schema").ToDictionary(key => key.Name, key => Resolved(key.Value));
        var properties = type.GetProperties().Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null).ToDictionary(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));
        Assert.Equal(properties.Keys.Order(), keys.Keys.Order());
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal(
            properties.Where(property => property.Value.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null).Select(property => property.Key).Order(),
            schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(key => key.GetString()!).Order() : []);
        Assert.All(keys, key => Assert.False(string.IsNullOrEmpty(Text(key.Value, "description")) && key.Value.TryGetProperty("type", out var kind) && kind.ToString() != "object", $"{key.Key} has no description"));

        var preset = Activator.CreateInstance(type)!;
        foreach (var (key, property) in properties)
        {
            var plain = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (plain.IsEnum)
            {
                Assert.Equal(
                    Enum.GetNames(plain).Select(JsonNamingPolicy.CamelCase.ConvertName),
                    keys[key].GetProperty("enum").EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!));
            }

            if (keys[key].TryGetProperty("default", out var stated) && plain != typeof(JsonElement))
            {
                var value = property.GetValue(preset);
                Assert.Equal(value is Enum choice ? JsonNamingPolicy.CamelCase.ConvertName(choice.ToString()) : Plain(JsonSerializer.SerializeToElement(value)), Plain(stated));
            }
            else if (property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is null)
            {
                // What states no default is an object or a list, and empty.
                Assert.True(property.GetValue(preset) is ICollection { Count: 0 } || !plain.IsPrimitive && plain != typeof(string) && !plain.IsEnum, key);
            }
        }
    }

    [Fact]
    public void The_shipped_profiles_name_the_schema_for_editors() =>
        Assert.All(
            Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "agents"), "*.json").Where(file => !file.EndsWith("agent.schema.json", StringComparison.Ordinal)),
            file => Assert.Equal("./agent.schema.json", JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("$schema").GetString()));

    private static JsonElement Resolved(JsonElement key) =>
        key.TryGetProperty("$ref", out var reference) ? Schema.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]) : key;

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static string? Plain(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.ToString();
}
