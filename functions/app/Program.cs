using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using PhoneAgent.Core.Configuration;
using PhoneAgent.Core.Configuration.KeyVault;
using PhoneAgent.Functions;
using PhoneAgent.Handlers;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
await builder.AddKeyVaultAsync(ServiceRole.Functions);
builder.Services.AddPhoneAgentHandlers(builder.Configuration).AddVendorServices();
await builder.Build().RunAsync();
