using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace PhoneAgent.Simulator.Sound;

/// <summary>
/// The speech synthesiser espeak-ng, when it is installed: it speaks any text that has no clip.
/// Options: https://github.com/espeak-ng/espeak-ng/blob/master/src/espeak-ng.1.ronn
/// </summary>
public sealed class EspeakNg
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _program;

    private EspeakNg(string program) => _program = program;

    /// <summary>The synthesiser found on the PATH; null when there is none.</summary>
    public static EspeakNg? Find(string? path = null)
    {
        var names = OperatingSystem.IsWindows() ? new[] { "espeak-ng.exe" } : ["espeak-ng"];
        return (path ?? Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .Where(File.Exists)
            .Select(program => new EspeakNg(program))
            .FirstOrDefault();
    }

    /// <summary>The arguments that make a voice: the agent a British woman, the caller an American man.</summary>
    public static IReadOnlyList<string> VoiceOf(Speaker speaker) => speaker switch
    {
        Speaker.Agent => ["-v", "en-gb-x-rp+f3", "-s", "165", "-p", "55"],
        _ => ["-v", "en-us", "-s", "155", "-p", "40"],
    };

    /// <summary>Speaks a text.</summary>
    /// <exception cref="NoSpeechException">The program failed.</exception>
    public PcmAudio Say(string text, Speaker speaker)
    {
        // No shell, and the text goes through stdin: nothing in it can become an option.
        var start = new ProcessStartInfo(_program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            UseShellExecute = false,
        };
        foreach (var argument in (string[])[.. VoiceOf(speaker), "-b", "1", "--stdin", "--stdout"])
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            return WavFile.Parse(Run(start, text), "espeak-ng's output");
        }
        catch (Exception e) when (e is IOException or Win32Exception or NotAWavException)
        {
            throw new NoSpeechException($"{_program} could not speak “{text}”: {e.Message}", e);
        }
    }

    private static byte[] Run(ProcessStartInfo start, string text)
    {
        using var process = Process.Start(start) ?? throw new IOException("it did not start");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        using var sound = new MemoryStream();
        var copied = process.StandardOutput.BaseStream.CopyToAsync(sound);
        try
        {
            process.StandardInput.Write(text);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already; its exit code says more.
        }

        if (!copied.Wait(Patience) || !process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new IOException("it did not finish");
        }

        return process.ExitCode == 0 ? sound.ToArray() : throw new IOException($"exit code {process.ExitCode}");
    }
}
