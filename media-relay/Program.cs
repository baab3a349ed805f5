using Microsoft.Extensions.Options;
using PhoneAgent.MediaRelay;

// Socket completions run where they arrive: one hop less for each of the hundred messages a call has every second.
// Read once by the runtime, so it must be set before the first socket. Nothing on the calls' loops may block for it.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseRelayServer();
builder.Services.AddMediaRelay(builder.Configuration);

// A failed start is told below, in the owner's words; the host would print its stack as well.
builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
var app = builder.Build();
app.MapMediaRelay();
try
{
    await app.RunAsync();
    return 0;
}
catch (OptionsValidationException mistakes)
{
    // What is wrong with the configuration, all of it, each with its fix; a stack would only hide it.
    foreach (var mistake in mistakes.Failures)
    {
        await Console.Error.WriteLineAsync(mistake);
    }

    return 2;
}
