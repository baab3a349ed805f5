using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PhoneAgent.Tests.Speech;

/// <summary>
/// pocketsphinx with a small grammar, 16 kHz. The same sound is always recognised the same.
/// Options: https://github.com/cmusphinx/pocketsphinx/blob/5prealpha/doc/pocketsphinx_batch.1
/// </summary>
internal static class Recogniser
{
    /// <summary>The words heard in each recording; empty where none are.</summary>
    public static async Task<string[]> RecogniseAsync(IReadOnlyList<short[]> recordings, string grammar)
    {
        var folder = Directory.CreateTempSubdirectory("speech-").FullName;
        try
        {
            var names = recordings.Select((_, i) => $"{i}").ToList();
            foreach (var (name, recording) in names.Zip(recordings))
            {
                await File.WriteAllBytesAsync(Path.Combine(folder, name + ".raw"), MemoryMarshal.AsBytes(recording.AsSpan()).ToArray());
            }

            await File.WriteAllTextAsync(Path.Combine(folder, "grammar.jsgf"), grammar);
            await File.WriteAllLinesAsync(Path.Combine(folder, "names"), names);
            await RunAsync(folder);

            // One line for each recording: the words, then "(name score)".
            var heard = await File.ReadAllLinesAsync(Path.Combine(folder, "heard"));
            Assert.Equal(recordings.Count, heard.Length);
            return [.. heard.Select(line => line[..line.LastIndexOf('(')].Trim())];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(string folder)
    {
        var start = new ProcessStartInfo(SpeechTools.Recogniser!) { WorkingDirectory = folder, RedirectStandardError = true };
        foreach (var argument in (string[])
            [
                "-hmm", Path.Combine(SpeechTools.Model, "en-us"), "-dict", Path.Combine(SpeechTools.Model, "cmudict-en-us.dict"), "-jsgf", "grammar.jsgf",
                "-adcin", "yes", "-cepdir", ".", "-cepext", ".raw", "-ctl", "names", "-hyp", "heard", "-logfn", "/dev/null",
            ])
        {
            start.ArgumentList.Add(argument);
        }

        using var late = new CancellationTokenSource(Patience.Long);
        using var process = Process.Start(start)!;
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal; // calls of other tests run in real time
            var error = await process.StandardError.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            Assert.True(process.ExitCode == 0, $"pocketsphinx failed: {error}");
        }
        finally
        {
            process.Kill(entireProcessTree: true); // does nothing once it has ended
        }
    }
}
