using System.Runtime.CompilerServices;

namespace PhoneAgent.Tests.Oracles;

/// <summary>A test that asks an official npm package; where Node or the packages are missing it is skipped and its name says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsNodeFactAttribute : FactAttribute
{
    public NeedsNodeFactAttribute([CallerMemberName] string test = "") => this.SkipWhen(Oracle.Missing, test);
}
