namespace PhoneAgent.MediaRelay.Tools.Functions;

/// <summary>
/// The C# methods that your agents may call: registered here, with the services they take, for the relay and for the simulator alike. An
/// agent has those that its profile lists under <c>tools.functions</c>.
/// </summary>
public static class OwnTools
{
    /// <summary>Registers them, each by <see cref="PhoneToolRegistration.AddPhoneTool"/>.</summary>
    public static IServiceCollection AddOwnTools(this IServiceCollection services) => services;
}
