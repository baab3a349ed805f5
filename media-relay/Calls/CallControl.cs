using System.Text.Json.Nodes;
using PhoneAgent.MediaRelay.Tools;

namespace PhoneAgent.MediaRelay.Calls;

/// <summary>What the built-in tools do, said to the model as answers of functions.</summary>
internal sealed class CallControl(CallActions actions) : ICallControl
{
    /// <inheritdoc />
    public FunctionAnswer EndCall() => Answer(actions.EndCall());

    /// <inheritdoc />
    public FunctionAnswer TransferCall(string target, string reason) => Answer(actions.TransferCall(target, reason));

    /// <inheritdoc />
    public FunctionAnswer HandOff(string agent) => Answer(actions.HandOff(agent));

    // An agent that is saying its last words must not be asked for more of them.
    private static FunctionAnswer Answer(ActionAnswer answer) =>
        new(answer.Accepted, JsonValue.Create(answer.Text).ToJsonString(), answer.IsSpeaking ? "SILENT" : null);
}
