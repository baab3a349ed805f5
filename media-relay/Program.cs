using PhoneAgent.MediaRelay;

// Socket completions run where they arrive: one hop less for each of the hundred messages a call has every second.
// Read once by the runtime, so it must be set before the first socket. Nothing on the calls' loops may block for it.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseRelayServer();
builder.Services.AddMediaRelay(builder.Configuration);
var app = builder.Build();
app.MapMediaRelay();
app.Run();
