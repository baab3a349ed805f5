using PhoneAgent.Core.Calls;
using PhoneAgent.MediaRelay.Calls;

namespace PhoneAgent.Tests.Relay;

public sealed class SpokenLinesTests : IDisposable
{
    private readonly SpokenLines _lines = new();

    private IReadOnlyList<SpokenLine> Kept => _lines.SoFar([], cut: null).Lines;

    public void Dispose() => _lines.Dispose();

    [Fact]
    public void What_was_said_is_told_as_it_was_said_whatever_the_script()
    {
        SpokenLine[] said = [new(Speaker.Caller, "Grüß Gott 🙂"), new(Speaker.Agent, "您好，這裡是書店咖啡館。"), new(Speaker.Caller, "é" + new string('ё', 5_000))];
        foreach (var line in said)
        {
            _lines.Add(line);
        }

        _lines.Add(new SpokenLine(Speaker.Agent, ""));
        var pending = new SpokenLine(Speaker.Agent, "One moment");

        Assert.Equal([.. said, pending], _lines.SoFar([pending], cut: "One").Lines);
    }

    [Fact]
    public void In_an_hour_the_newest_characters_stay_and_no_others()
    {
        var said = Enumerable.Range(0, 2_000).Select(number => new SpokenLine((Speaker)(number % 2), $"Line {number}: äöü")).ToList();
        said.ForEach(_lines.Add);

        Assert.Equal(said.TakeLast(Kept.Count), Kept);
        Assert.InRange(Kept.Sum(line => line.Text.Length), SpokenSoFar.MaxLength - 20, SpokenSoFar.MaxLength);
        Assert.True(_lines.SoFar([], cut: null).IsShortened);
    }

    [Fact]
    public void Noted_lines_go_and_what_was_said_meanwhile_stays()
    {
        var said = Enumerable.Range(0, 850).Select(number => new SpokenLine(Speaker.Caller, $"Zeile {number}, schön")).ToList();
        said.ForEach(_lines.Add);
        var taken = _lines.TakeBeginning()!;
        var meanwhile = new SpokenLine(Speaker.Agent, "meanwhile");
        _lines.Add(meanwhile);

        Assert.Equal(said.Take(taken.Lines.Count), taken.Lines);
        Assert.Equal(said.Count - taken.Lines.Count + 1, _lines.Noted("notes"));
        Assert.Equal([.. said.Skip(taken.Lines.Count), meanwhile], Kept);
    }

    [Fact]
    public void An_answer_that_comes_after_the_end_finds_nothing_to_forget()
    {
        Enumerable.Range(0, 700).ToList().ForEach(number => _lines.Add(new SpokenLine(Speaker.Caller, $"Line {number} of the call")));
        Assert.NotNull(_lines.TakeBeginning());
        _lines.Dispose();

        Assert.Equal(0, _lines.Noted("notes"));
        Assert.Empty(Kept);
    }
}
