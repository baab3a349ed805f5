using Azure.Identity;

namespace PhoneAgent.Core.Storage;

/// <summary>Says in one sentence why Blob Storage cannot be used, with the fix where one is known, and without secrets.</summary>
internal static class BlobFailures
{
    /// <summary>Why there was no answer.</summary>
    public static string Explain(Exception failure) => failure switch
    {
        AuthenticationFailedException => "No identity for Blob Storage: run with a managed identity (AZURE_CLIENT_ID names a user-assigned one), or sign in with az login.",
        OperationCanceledException => "Blob Storage did not answer in time.",
        AggregateException several when several.InnerExceptions.Any(one => one is OperationCanceledException) => "Blob Storage did not answer in time.",
        _ => "Blob Storage cannot be reached.",
    };

    /// <summary>Why the answer was a refusal.</summary>
    /// <param name="status">The answer's status.</param>
    /// <param name="code">Its <c>x-ms-error-code</c>.</param>
    /// <param name="requestId">Its <c>x-ms-request-id</c>: what Azure's support asks for.</param>
    /// <param name="scheme">The scheme the request was sent by.</param>
    public static string Explain(int status, string? code, string? requestId, string scheme) =>
        $"Blob Storage answered {status} {code ?? "without a code"} (request {requestId ?? "unnamed"}). " + (status switch
        {
            401 or 403 when scheme != Uri.UriSchemeHttps => "To an http address no credentials are sent.",
            401 or 403 => "The identity needs the role Storage Blob Data Contributor on the container.",
            404 => "PhoneAgent__CallLog has to name a container that exists.",
            _ => "It may help to try again.",
        });
}
