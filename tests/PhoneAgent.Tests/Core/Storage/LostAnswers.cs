using Azure.Core;
using Azure.Core.Pipeline;

namespace PhoneAgent.Tests.Core.Storage;

/// <summary>A network that carries requests to the store and loses its answers: the next so many tries of matching requests.</summary>
/// <param name="isMeant">Which requests.</param>
internal sealed class LostAnswers(Func<Request, bool> isMeant) : HttpPipelinePolicy
{
    private int _left;

    /// <summary>How many answers were lost.</summary>
    public int Lost { get; private set; }

    /// <summary>How many more answers to lose.</summary>
    public void Lose(int count) => _left = count;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (isMeant(message.Request) && _left > 0)
        {
            _left--;
            Lost++;
            throw new IOException("The connection was reset.");
        }
    }
}
