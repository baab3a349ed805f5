namespace PhoneAgent.MediaRelay.Tools.Functions;

/// <summary>Registers C# methods as tools that agent profiles may list under <c>tools.functions</c>.</summary>
public static class PhoneToolRegistration
{
    /// <summary>
    /// Makes a method a tool. Describe it and its parameters with <see cref="System.ComponentModel.DescriptionAttribute"/>; take a
    /// <see cref="PhoneCall"/>, an <see cref="ILogger"/>, a <see cref="CancellationToken"/> or registered services beside the arguments.
    /// </summary>
    /// <param name="services">The relay's services.</param>
    /// <param name="name">What profiles list and the model calls.</param>
    /// <param name="method">Runs beside the audio; bounded in time and in what of its result the model gets.</param>
    public static IServiceCollection AddPhoneTool(this IServiceCollection services, string name, Delegate method) =>
        services.AddSingleton(provider => new PhoneTool(name, method, provider.GetRequiredService<IServiceScopeFactory>(), provider.GetService<IServiceProviderIsService>()));
}
