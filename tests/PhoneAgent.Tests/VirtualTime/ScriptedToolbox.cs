using PhoneAgent.MediaRelay.Gemini;
using PhoneAgent.MediaRelay.Tools;

namespace PhoneAgent.Tests.VirtualTime;

/// <summary>Functions that take their time, each its own, and know how often they were run.</summary>
internal sealed class ScriptedToolbox(VirtualClock time, Func<string, TimeSpan> takes) : IToolbox
{
    /// <summary>The functions that were run.</summary>
    public List<string> Run { get; } = [];

    public ReadOnlyMemory<byte> Declarations => default;

    public async Task<FunctionAnswer> CallAsync(FunctionCall call, CancellationToken cancellation)
    {
        Run.Add(call.Name);
        try
        {
            await Task.Delay(takes(call.Name), time, cancellation);
            return new FunctionAnswer(Succeeded: true, """{"found":true}""");
        }
        catch (OperationCanceledException)
        {
            return new FunctionAnswer(Succeeded: false, "\"cancelled\"");
        }
    }
}
