using Azure.Core;
using Azure.Core.Pipeline;

namespace PhoneAgent.Tests.Core.Storage;

/// <summary>A network on which a third of all tries fails: half of those before the store sees them, half behind its back.</summary>
/// <param name="seed">Which of them.</param>
internal sealed class BadNetwork(int seed) : HttpPipelinePolicy
{
    private readonly Random _random = new(seed);

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var fate = _random.Next(6);
        if (fate == 0)
        {
            throw new IOException("The request was lost.");
        }

        await ProcessNextAsync(message, pipeline);
        if (fate == 1)
        {
            throw new IOException("The answer was lost.");
        }
    }
}
