using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Functions;
using PhoneAgent.Handlers;

namespace PhoneAgent.Tests.FunctionApp;

/// <summary>The function app's triggers against the handlers' route table; compiled here with stand-ins for the worker's attributes.</summary>
public sealed class TriggerTests
{
    private static readonly (MethodInfo Method, FunctionAttribute Function, HttpTriggerAttribute Trigger)[] Triggers =
    [
        .. from method in typeof(PhoneFunctions).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           select (method, method.GetCustomAttribute<FunctionAttribute>()!, method.GetParameters().Single().GetCustomAttribute<HttpTriggerAttribute>()!),
    ];

    [Fact]
    public void Every_route_of_the_handlers_has_its_trigger_and_no_trigger_is_without_a_route() => Assert.Equal(
        PhoneRoutes.All.Select(route => (route.Name, route.Verb, route.Template, Level(route.Access))).Order(),
        Triggers.Select(one => (one.Function.Name, one.Trigger.Methods.Single().ToUpperInvariant(), one.Trigger.Route!, one.Trigger.AuthLevel)).Order());

    [Fact]
    public void A_function_is_named_as_its_method() => Assert.All(Triggers, one => Assert.Equal(one.Method.Name, one.Function.Name));

    [Fact]
    public void What_the_triggers_need_is_what_the_handlers_register()
    {
        var services = new ServiceCollection().AddPhoneAgentHandlers(new ConfigurationBuilder().Build());

        Assert.All(
            typeof(PhoneFunctions).GetConstructors().Single().GetParameters(),
            needed => Assert.Contains(services, registered => registered.ServiceType == needed.ParameterType));
    }

    private static AuthorizationLevel Level(RouteAccess access) => access == RouteAccess.OwnerKey ? AuthorizationLevel.Function : AuthorizationLevel.Anonymous;
}
