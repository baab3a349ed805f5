using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace PhoneAgent.Handlers.Owner;

/// <summary>
/// Writes HTML: what stands in the source is markup, whatever is put into a hole is text and comes out escaped, in elements and in
/// quoted attributes alike. There is no other way to write a value. Numbers are written in the invariant culture.
/// </summary>
internal sealed class ReportHtml
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new();

    /// <summary>Adds markup with text in its holes.</summary>
    public ReportHtml Add([InterpolatedStringHandlerArgument("")] Markup markup)
    {
        _ = markup; // its holes are filled by now
        return this;
    }

    /// <summary>Adds the style sheet.</summary>
    public ReportHtml AddStyle()
    {
        _text.Append(ReportStyle.Css);
        return this;
    }

    /// <inheritdoc />
    public override string ToString() => _text.ToString();

    /// <summary>Escapes the holes of an interpolated string as they are filled.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Markup
    {
        private readonly StringBuilder _text;

        public Markup(int literalLength, int formattedCount, ReportHtml into)
        {
            _text = into._text;
            _text.EnsureCapacity(_text.Length + literalLength + (formattedCount * 8));
        }

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(string? text) => _text.Append(Encoder.Encode(text ?? ""));

        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));
    }
}
