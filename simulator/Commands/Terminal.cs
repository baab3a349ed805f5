using Spectre.Console;

namespace PhoneAgent.Simulator.Commands;

/// <summary>Where commands print: in colour on a terminal, plain and unwrapped into a file or a pipe.</summary>
internal static class Terminal
{
    private const int PipeWidth = 200;

    /// <summary>Standard output.</summary>
    public static IAnsiConsole Create()
    {
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = PipeWidth;
        return console;
    }
}
