using System.Runtime.CompilerServices;

namespace PhoneAgent.Tests.Speech;

/// <summary>A test that speaks and recognises speech; where a program for it is missing it is skipped and its name says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsSpeechToolsFactAttribute : FactAttribute
{
    public NeedsSpeechToolsFactAttribute([CallerMemberName] string test = "") => this.SkipWhen(SpeechTools.Missing, test);
}
