using PhoneAgent.MediaRelay.Gemini;

namespace PhoneAgent.MediaRelay.Tools;

/// <summary>An agent without functions; a model that calls one all the same is told so.</summary>
internal sealed class NoTools : IToolbox
{
    private NoTools()
    {
    }

    /// <summary>The one instance.</summary>
    public static NoTools Instance { get; } = new();

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Declarations => default;

    /// <inheritdoc />
    public Task<FunctionAnswer> CallAsync(FunctionCall call, CancellationToken cancellation) =>
        Task.FromResult(new FunctionAnswer(Succeeded: false, "\"There is no such function.\""));
}
