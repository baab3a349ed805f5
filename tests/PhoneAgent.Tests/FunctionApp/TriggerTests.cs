using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PhoneAgent.Functions;
using PhoneAgent.Handlers;
using PhoneAgent.Tests.Handlers;

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

    [Fact]
    public async Task No_owners_route_answers_where_nobody_checked_the_key()
    {
        var settings = new ChangingConfiguration(new() { ["PhoneAgent:CallLog"] = "file:" + Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("n")) });
        await using var services = new ServiceCollection()
            .AddPhoneAgentHandlers(new ConfigurationBuilder().Add(settings).Build())
            .AddSingleton<PhoneFunctions>()
            .BuildServiceProvider();
        var functions = services.GetRequiredService<PhoneFunctions>();
        var owners = Triggers.Where(one => one.Trigger.AuthLevel == AuthorizationLevel.Function).ToList();
        Assert.NotEmpty(owners);

        Assert.All(await AskAllAsync(null), status => Assert.Equal(StatusCodes.Status401Unauthorized, status)); // no key is set: closed
        settings["PhoneAgent:LocalFunctionKey"] = "local-key";
        Assert.All(await AskAllAsync("wrong"), status => Assert.Equal(StatusCodes.Status401Unauthorized, status));
        Assert.All(await AskAllAsync("local-key"), status => Assert.NotEqual(StatusCodes.Status401Unauthorized, status));
        settings["PhoneAgent:PlatformChecksKeys"] = "true";
        Assert.All(await AskAllAsync(null), status => Assert.NotEqual(StatusCodes.Status401Unauthorized, status));

        async Task<IReadOnlyList<int>> AskAllAsync(string? key)
        {
            var statuses = new List<int>();
            foreach (var one in owners)
            {
                var context = new DefaultHttpContext { RequestServices = services, Response = { Body = new MemoryStream() } };
                context.Request.Method = one.Trigger.Methods.Single().ToUpperInvariant();
                if (key is not null)
                {
                    context.Request.Headers["x-functions-key"] = key;
                }

                var result = await (Task<IResult>)one.Method.Invoke(functions, [context.Request])!;
                await result.ExecuteAsync(context);
                statuses.Add(context.Response.StatusCode);
            }

            return statuses;
        }
    }

    private static AuthorizationLevel Level(RouteAccess access) => access == RouteAccess.OwnerKey ? AuthorizationLevel.Function : AuthorizationLevel.Anonymous;
}
