using System.Runtime.CompilerServices;

namespace PhoneAgent.Tests.Core.Storage;

/// <summary>A test against Azurite; where Node or Azurite is missing it is skipped and its name says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsAzuriteFactAttribute : FactAttribute
{
    public NeedsAzuriteFactAttribute([CallerMemberName] string test = "") => this.SkipWhen(Azurite.Missing, test);
}
