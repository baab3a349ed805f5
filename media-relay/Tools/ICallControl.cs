namespace PhoneAgent.MediaRelay.Tools;

/// <summary>What the built-in tools do to the call. Each answers at once; what it starts happens once the agent's last words were heard.</summary>
internal interface ICallControl
{
    /// <summary>Ends the call.</summary>
    FunctionAnswer EndCall();

    /// <summary>Hands the call to a person.</summary>
    /// <param name="target">The name of a transfer target of the profile.</param>
    /// <param name="reason">Why, in the model's words.</param>
    FunctionAnswer TransferCall(string target, string reason);

    /// <summary>Hands the call to another agent.</summary>
    /// <param name="agent">Its name; one the profile lists.</param>
    FunctionAnswer HandOff(string agent);
}
