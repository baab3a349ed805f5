// Stand-ins for the attributes of Microsoft.Azure.Functions.Worker, which not every feed has, so that the function app's
// triggers are compiled and compared with the handlers' routes wherever the tests run. Same names, same shapes.
// Source: https://learn.microsoft.com/azure/azure-functions/dotnet-isolated-process-guide#http-trigger
namespace Microsoft.Azure.Functions.Worker;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class FunctionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods) : Attribute
{
    public AuthorizationLevel AuthLevel { get; } = authLevel;

    public string[] Methods { get; } = methods;

    public string? Route { get; set; }
}

internal enum AuthorizationLevel
{
    Anonymous,
    User,
    Function,
    System,
    Admin,
}
