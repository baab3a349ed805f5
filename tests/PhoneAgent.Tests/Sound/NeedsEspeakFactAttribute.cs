using System.Runtime.CompilerServices;
using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Tests.Sound;

/// <summary>A test that speaks with espeak-ng; where that is missing it is skipped and its name says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsEspeakFactAttribute : FactAttribute
{
    public NeedsEspeakFactAttribute([CallerMemberName] string test = "") =>
        this.SkipWhen(EspeakNg.Find() is null ? "espeak-ng is not installed: install Debian's espeak-ng, or see https://github.com/espeak-ng/espeak-ng." : null, test);
}
