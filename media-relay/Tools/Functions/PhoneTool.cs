using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.AI;
using PhoneAgent.Core.Agents;

namespace PhoneAgent.MediaRelay.Tools.Functions;

/// <summary>
/// A C# method as a tool. Its parameters are the tool's arguments, their descriptions and types its schema; a
/// <see cref="PhoneCall"/>, an <see cref="ILogger"/>, a <see cref="CancellationToken"/> and services are handed in and not
/// the model's. What it returns becomes JSON.
/// </summary>
internal sealed class PhoneTool
{
    private readonly AIFunction _function;
    private readonly IServiceScopeFactory _scopes;

    /// <summary>Wraps a method.</summary>
    /// <param name="name">What the model calls it.</param>
    /// <param name="method">The method.</param>
    /// <param name="scopes">Makes a scope of services for each call.</param>
    /// <param name="known">Tells a service from an argument; null when nothing can.</param>
    public PhoneTool(string name, Delegate method, IServiceScopeFactory scopes, IServiceProviderIsService? known)
    {
        _scopes = scopes;
        Name = name;
        _function = AIFunctionFactory.Create(method, new AIFunctionFactoryOptions
        {
            Name = name,
            ExcludeResultSchema = true,
            ConfigureParameterBinding = parameter => Bound(parameter, known),
        });
    }

    /// <summary>What the model calls it.</summary>
    public string Name { get; }

    /// <summary>The tool as the model has it.</summary>
    /// <exception cref="GeminiSchemaException">Gemini cannot be told its parameters.</exception>
    public CallTool With(ToolRules rules) => new(Name, _function.Description, _function.JsonSchema, rules, RunAsync);

    private async Task<FunctionAnswer> RunAsync(ToolCall call, CancellationToken cancellation)
    {
        await using var scope = _scopes.CreateAsyncScope();
        var arguments = new AIFunctionArguments(call.Arguments.EnumerateObject().ToDictionary(argument => argument.Name, argument => (object?)argument.Value))
        {
            Services = scope.ServiceProvider,
            Context = new Dictionary<object, object?> { [typeof(PhoneCall)] = call.Call, [typeof(ILogger)] = call.Logger },
        };
        var result = await _function.InvokeAsync(arguments, cancellation);
        return result is JsonElement { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } json
            ? new FunctionAnswer(true, JsonSerializer.Serialize(json))
            : new FunctionAnswer(true, """{"ok":true}""");
    }

    private static AIFunctionFactoryOptions.ParameterBindingOptions Bound(ParameterInfo parameter, IServiceProviderIsService? known)
    {
        var type = parameter.ParameterType;
        return type == typeof(PhoneCall) || type == typeof(ILogger) ? new() { ExcludeFromSchema = true, BindParameter = (_, arguments) => arguments.Context![type] }
            : parameter.GetCustomAttribute<DescriptionAttribute>() is null && !IsList(type) && known?.IsService(type) == true ? new() { ExcludeFromSchema = true, BindParameter = (_, arguments) => arguments.Services!.GetRequiredService(type) }
            : default;
    }

    // Of any type there are services, none perhaps; a list is an argument.
    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>);
}
