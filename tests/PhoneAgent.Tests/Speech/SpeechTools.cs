namespace PhoneAgent.Tests.Speech;

/// <summary>The programs that speak and recognise, from Debian's packages espeak-ng, pocketsphinx and pocketsphinx-en-us.</summary>
internal static class SpeechTools
{
    /// <summary>The acoustic model and the pronunciations, where pocketsphinx-en-us puts them.</summary>
    public const string Model = "/usr/share/pocketsphinx/model/en-us";

    public static string? Recogniser { get; } = Programs.Find("pocketsphinx_batch");

    /// <summary>What has to be installed first; null when nothing is missing.</summary>
    public static string? Missing =>
        Programs.Find("espeak-ng") is null ? "espeak-ng is not on the PATH: install it (Debian: apt install espeak-ng)."
        : Recogniser is null ? "pocketsphinx is not on the PATH: install it (Debian: apt install pocketsphinx)."
        : !Directory.Exists(Model) ? "pocketsphinx has no English model: install it (Debian: apt install pocketsphinx-en-us)."
        : null;
}
