using System.Runtime.CompilerServices;

namespace PhoneAgent.Tests.Speech;

/// <summary>A test that speaks and recognises speech; where a program for it is missing it is skipped and its name says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsSpeechToolsFactAttribute : FactAttribute
{
    public NeedsSpeechToolsFactAttribute([CallerMemberName] string test = "")
    {
        if (SpeechTools.Missing is { } missing)
        {
            Skip = missing;
            DisplayName = $"{test} — {missing}"; // dotnet test shows the name and keeps the reason to itself
        }
    }
}
