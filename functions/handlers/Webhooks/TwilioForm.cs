using System.Net;
using System.Text;
using PhoneAgent.Core.Calls;

namespace PhoneAgent.Handlers.Webhooks;

/// <summary>
/// The decoded fields of one webhook, as they came: order, duplicates, letter case and white space are part of what
/// Twilio signed, and ASP.NET Core's form collection keeps none of the last three apart.
/// </summary>
public sealed class TwilioForm
{
    private TwilioForm(List<KeyValuePair<string, string?>> fields) => Fields = fields;

    /// <summary>All fields in the order they came.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Fields { get; }

    /// <summary>The call it is about; set once the request is proven and names one.</summary>
    public CallSid CallSid { get; internal set; }

    /// <summary>The first field of that name; null when there is none or it is empty.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var field in Fields)
            {
                if (field.Key == name)
                {
                    return string.IsNullOrEmpty(field.Value) ? null : field.Value;
                }
            }

            return null;
        }
    }

    /// <summary>Decodes a body of type <c>application/x-www-form-urlencoded</c>; takes any bytes.</summary>
    public static TwilioForm Parse(ReadOnlySpan<byte> body)
    {
        var fields = new List<KeyValuePair<string, string?>>();
        foreach (var pair in Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (pair, "") : (pair[..equals], pair[(equals + 1)..]);
            fields.Add(new(WebUtility.UrlDecode(name), WebUtility.UrlDecode(value)));
        }

        return new TwilioForm(fields);
    }
}
