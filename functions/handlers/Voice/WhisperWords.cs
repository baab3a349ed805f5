using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Voice;

/// <summary>
/// What a dialled person is told, in the language of the agent who calls: one of those below, else English. What the caller's number is and
/// why they call is put in; the model's reason is in the call's language anyway.
/// </summary>
/// <param name="Announces">Who calls; {0} is the number.</param>
/// <param name="Withheld">In place of a number.</param>
/// <param name="Reason">Why; {0} is the reason.</param>
/// <param name="Accept">How to take the call.</param>
internal sealed record WhisperWords(string Announces, string Withheld, string Reason, string Accept)
{
    private static readonly WhisperWords English = new("This is the phone assistant, with a call from {0}.", "a withheld number", "The reason: {0}.", "Press 1 to take the call, or hang up.");

    private static readonly Dictionary<string, WhisperWords> Others = new(StringComparer.Ordinal)
    {
        ["de"] = new("Hier ist der Telefonassistent, mit einem Anruf von {0}.", "einer unterdrückten Nummer", "Der Grund: {0}.", "Drücken Sie die 1, um den Anruf anzunehmen, oder legen Sie auf."),
        ["es"] = new("Este es el asistente telefónico, con una llamada de {0}.", "un número oculto", "El motivo: {0}.", "Pulse 1 para aceptar la llamada, o cuelgue."),
        ["fr"] = new("Ici l'assistant téléphonique, avec un appel de {0}.", "un numéro masqué", "Le motif : {0}.", "Appuyez sur 1 pour prendre l'appel, ou raccrochez."),
        ["it"] = new("Questo è l'assistente telefonico, con una chiamata da {0}.", "un numero nascosto", "Il motivo: {0}.", "Prema 1 per accettare la chiamata, oppure riagganci."),
        ["nl"] = new("Dit is de telefoonassistent, met een oproep van {0}.", "een afgeschermd nummer", "De reden: {0}.", "Druk op 1 om de oproep aan te nemen, of hang op."),
        ["pt"] = new("Aqui é o assistente telefônico, com uma ligação de {0}.", "um número não identificado", "O motivo: {0}.", "Pressione 1 para atender a ligação, ou desligue."),
    };

    private const int MaxReasonLength = 200;

    /// <summary>The words for an agent's language, and the language of the voice; English where Twilio has no voice for it, or there are no words.</summary>
    /// <param name="language">Language and region, like <c>de-DE</c>; null for none.</param>
    public static (WhisperWords Words, string? Voice) For(string? language) =>
        Twiml.Speaks(language) && Others.TryGetValue(language!.Split('-')[0], out var words) ? (words, language)
        : (English, language?.StartsWith("en-", StringComparison.Ordinal) == true ? language : null);

    /// <summary>Who calls and why. The number is said digit by digit, the model's words are bounded; both are data.</summary>
    /// <param name="number">The other side of the call, as Twilio gave it.</param>
    /// <param name="reason">The model's words.</param>
    public string About(string? number, string reason)
    {
        var about = Put(Announces, PhoneNumber.IsE164(number) ? string.Join(' ', number![1..].AsEnumerable()) : Withheld);
        var why = (reason.Length <= MaxReasonLength ? reason : reason[..MaxReasonLength]).Trim().TrimEnd('.');
        return why.Length == 0 ? about : $"{about} {Put(Reason, why)}";
    }

    private static string Put(string sentence, string value) => sentence.Replace("{0}", value, StringComparison.Ordinal);
}
