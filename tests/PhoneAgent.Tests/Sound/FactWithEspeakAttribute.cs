using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Tests.Sound;

/// <summary>A test that needs espeak-ng; where it is missing the test is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithEspeakAttribute : FactAttribute
{
    public FactWithEspeakAttribute()
    {
        if (EspeakNg.Find() is null)
        {
            Skip = "espeak-ng is not installed: install Debian's espeak-ng, or see https://github.com/espeak-ng/espeak-ng.";
        }
    }
}
