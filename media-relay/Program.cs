using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Configuration.KeyVault;
using PhoneAgent.MediaRelay;

// Room on the stack is not cleared before it is used: each frame of a call takes some, and fills it before it reads it.
[module: SkipLocalsInit]

// The framework's socket completions run where they arrive: one hop less for each of the hundred messages a call has every second, where the calls' sockets
// are the framework's. Read once by the runtime, so it must be set before the first socket. Nothing on the calls' loops may block for it.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseRelayServer();

// A failed start is told below, in the owner's words; the host would print its stack as well.
builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
try
{
    await builder.AddKeyVaultAsync(ServiceRole.Relay);
    builder.Services.AddMediaRelay(builder.Configuration);
    var app = builder.Build();
    app.MapMediaRelay();
    await app.RunAsync();
    return 0;
}
catch (KeyVaultUnavailableException unavailable)
{
    await Console.Error.WriteLineAsync(unavailable.Message);
    return 2;
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
