using System.Globalization;
using System.Xml.Linq;

namespace PhoneAgent.Simulator.Phone.Twiml;

/// <summary>An XML element read against a schema: what was not asked for is an error.</summary>
internal sealed class StrictElement
{
    private readonly XElement _element;
    private readonly List<TwilioError> _errors;

    public StrictElement(XElement element, List<TwilioError> errors, params ReadOnlySpan<string> allowedAttributes)
    {
        _element = element;
        _errors = errors;
        foreach (var attribute in element.Attributes())
        {
            if (!allowedAttributes.Contains(attribute.Name.ToString()))
            {
                Violation($"attribute '{attribute.Name}' is not allowed to appear in element '{element.Name}'");
            }
        }
    }

    public string? Optional(string name) => _element.Attribute(name)?.Value;

    public string Required(string name)
    {
        if (Optional(name) is { Length: > 0 } value)
        {
            return value;
        }

        Violation($"attribute '{name}' must appear on element '{_element.Name}'");
        return string.Empty;
    }

    public int? Whole(string name, int least, int most)
    {
        if (Optional(name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        Violation($"'{text}' is not a valid value of attribute '{name}' on element '{_element.Name}'");
        return null;
    }

    public string Choice(string name, string preset, params ReadOnlySpan<string> choices)
    {
        var value = Optional(name) ?? preset;
        if (!choices.Contains(value))
        {
            Violation($"'{value}' is not a valid value of attribute '{name}' on element '{_element.Name}'");
        }

        return value;
    }

    public string Method(string name = "method") => Choice(name, "POST", "POST", "GET");

    /// <summary>A URL that may be relative to the document.</summary>
    public string? Url(string name)
    {
        var text = Optional(name);
        if (text is not null && !Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _))
        {
            _errors.Add(TwilioError.InvalidUrl($"{name} of {_element.Name}"));
        }

        return text;
    }

    /// <summary>The element's text, when it may have text and nothing else.</summary>
    public string Text()
    {
        if (_element.HasElements)
        {
            UnexpectedElement(_element.Elements().First());
        }

        var text = _element.Value.Trim();
        if (text.Length == 0)
        {
            Violation($"element '{_element.Name}' must not be empty");
        }

        return text;
    }

    /// <summary>The child elements, when it may have children and no text of its own.</summary>
    public IEnumerable<XElement> Children()
    {
        foreach (var node in _element.Nodes())
        {
            switch (node)
            {
                case XElement child:
                    yield return child;
                    break;
                case XText text when !string.IsNullOrWhiteSpace(text.Value):
                    Violation($"element '{_element.Name}' cannot have character content");
                    break;
                case XProcessingInstruction:
                    Violation($"element '{_element.Name}' cannot have processing instructions");
                    break;
            }
        }
    }

    public void Empty()
    {
        foreach (var child in Children())
        {
            UnexpectedElement(child);
        }
    }

    public void UnexpectedElement(XElement child) =>
        Violation($"invalid content was found starting with element '{child.Name}' in '{_element.Name}'");

    public void Violation(string detail) => _errors.Add(TwilioError.Schema(detail));
}
