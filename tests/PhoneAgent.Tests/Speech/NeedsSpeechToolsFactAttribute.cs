namespace PhoneAgent.Tests.Speech;

/// <summary>A test that speaks and recognises speech; where a program for it is missing it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsSpeechToolsFactAttribute : FactAttribute
{
    public NeedsSpeechToolsFactAttribute() => Skip = SpeechTools.Missing!; // null lets it run
}
