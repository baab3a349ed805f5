using System.Runtime.CompilerServices;

namespace PhoneAgent.Tests.Core.Storage;

/// <summary>A test against Azurite; where Node or Azurite is missing it is skipped and its name says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsAzuriteFactAttribute : FactAttribute
{
    public NeedsAzuriteFactAttribute([CallerMemberName] string test = "")
    {
        if (Azurite.Missing is { } missing)
        {
            Skip = missing;
            DisplayName = $"{test} — {missing}"; // dotnet test shows the name and keeps the reason to itself
        }
    }
}
