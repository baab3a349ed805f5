using PhoneAgent.Core.Calls;
using PhoneAgent.Core.Documents;

namespace PhoneAgent.Simulator.Doctor;

/// <summary>Whether the call log can be written, read and written again: one small document is, and stays.</summary>
internal static class StoreCheck
{
    private const string Name = "call log";

    private static readonly DocumentName Document = new("doctor", "last-visit");

    /// <summary>Writes and reads.</summary>
    public static async Task<Finding> LookAsync(Patient patient, CancellationToken cancellation)
    {
        if (patient["PhoneAgent:CallLog"] is not { } address || patient.IsRefused("PhoneAgent:CallLog"))
        {
            return Finding.Skipped(Name, "PhoneAgent__CallLog has to be set first");
        }

        try
        {
            var documents = CallLogs.OpenDocuments(address, patient.Time);
            var now = System.Text.Encoding.UTF8.GetBytes(patient.Time.GetUtcNow().ToString("O"));
            if (!await documents.TryCreateAsync(Document, now, cancellation)
                && await documents.ReadAsync(Document, cancellation) is { } before)
            {
                await documents.TryReplaceAsync(Document, now, before.Version, cancellation);
            }

            return await documents.ReadAsync(Document, cancellation) is not null
                ? Finding.Fine(Name, "can be written and read")
                : Finding.Problem(Name, "What is written to PhoneAgent__CallLog is not there afterwards.", "Look whether something removes files there.");
        }
        catch (CallLogUnavailableException unavailable)
        {
            return Finding.Problem(Name, $"PhoneAgent__CallLog cannot be used: {unavailable.Message.TrimEnd('.')}.", address.StartsWith("file:", StringComparison.Ordinal)
                ? "Name a folder that this user may write to."
                : "Give the identity the role Storage Blob Data Contributor on the container (a new role takes some minutes); on a laptop run az login.");
        }
    }
}
