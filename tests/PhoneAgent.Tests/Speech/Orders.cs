using PhoneAgent.Simulator.Sound;

namespace PhoneAgent.Tests.Speech;

/// <summary>What callers say here: sentences with many words that a bad line mixes up, and the grammar they are made of.</summary>
internal static class Orders
{
    public const string Grammar = """
        #JSGF V1.0;
        grammar orders;
        <digit> = zero | one | two | three | four | five | six | seven | eight | nine;
        <day> = monday | tuesday | wednesday | thursday | friday | saturday | sunday;
        <hour> = one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve;
        <time> = morning | evening | afternoon;
        <drink> = coffee | tea | water | lemonade | chocolate;
        <dish> = soup | bread | cake | salad | sandwich;
        <number> = my number is <digit>+;
        <book> = i would like a table for <hour> people on <day> at <hour>;
        <change> = please (move | cancel | confirm) the reservation from <day> <time>;
        <order> = we take <hour> <drink> and <hour> <dish>;
        public <sentence> = <number> | <book> | <change> | <order>;
        """;

    public static readonly string[] Sentences =
    [
        "my number is four one five five zero one nine nine",
        "my number is eight six two nine three seven",
        "i would like a table for seven people on thursday at eight",
        "i would like a table for twelve people on sunday at eleven",
        "please cancel the reservation from saturday morning",
        "please move the reservation from tuesday afternoon",
        "we take nine coffee and three soup",
        "we take two lemonade and ten salad",
        "my number is two five eight zero four one",
        "i would like a table for five people on monday at nine",
        "please confirm the reservation from wednesday evening",
        "we take six water and four sandwich",
    ];

    private static readonly Lazy<short[][]> SpokenOnce = new(() =>
    {
        var voice = EspeakNg.Find()!;
        return [.. Sentences.Select(sentence => voice.Say(sentence, Speaker.Caller)).Select(sound => Resampling.Convert(sound.Samples, sound.Rate, 8_000))];
    });

    /// <summary>The sentences as sound, 8 kHz.</summary>
    public static short[][] Spoken => SpokenOnce.Value;
}
