using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PhoneAgent.Handlers.Owner;

/// <summary>
/// Checks function keys where no Functions platform does: header and query parameter are called as there, and a wrong
/// key gets the same 401. Source: https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
/// </summary>
internal sealed class OwnerKeys : IEndpointFilter
{
    private const string Header = "x-functions-key";
    private const string Query = "code";

    // Keys are compared by their hashes: all the same length, so that the time taken tells nothing about a key.
    private readonly byte[][] _hashes;

    /// <exception cref="ArgumentException">There is no key, or an empty one: the API would be open, or closed for ever.</exception>
    public OwnerKeys(IReadOnlyList<string> keys)
    {
        if (keys.Count == 0 || keys.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException("The owner's API needs at least one key, and no empty one; set PhoneAgent__LocalFunctionKey.", nameof(keys));
        }

        _hashes = [.. keys.Select(Hash)];
    }

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (Opens(context.HttpContext.Request))
        {
            return next(context);
        }

        context.HttpContext.RequestServices.GetRequiredService<ILogger<OwnerKeys>>().OwnerKeyRefused();
        return ValueTask.FromResult<object?>(Refusal());
    }

    /// <summary>Whether a request carries one of the keys.</summary>
    public bool Opens(HttpRequest request) => IsKey(request.Headers[Header]) | IsKey(request.Query[Query]);

    /// <summary>The answer to a request that carries none.</summary>
    public static IResult Refusal()
    {
        OwnerAnswers.Count("owner.Key");
        return OwnerAnswers.Problem(StatusCodes.Status401Unauthorized, "A function key is needed.", $"Send it as {Header}, or as the query parameter {Query}.");
    }

    private bool IsKey(string? given)
    {
        var hash = Hash(given ?? "");
        return _hashes.Aggregate(false, (found, one) => found | CryptographicOperations.FixedTimeEquals(one, hash));
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
