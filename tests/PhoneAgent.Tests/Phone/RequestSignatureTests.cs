using PhoneAgent.Simulator.Phone;

namespace PhoneAgent.Tests.Phone;

public sealed class RequestSignatureTests
{
    private static readonly KeyValuePair<string, string>[] PublishedForm =
    [
        new("To", "+18005551212"),
        new("CallSid", "CA1234567890ABCDE"),
        new("Caller", "+14158675309"),
        new("From", "+14158675309"),
        new("Digits", "1234"),
    ];

    [Fact]
    public void The_published_example_is_signed_as_published() =>
        Assert.Equal("RSOYDt4T1cUTdK1PDd93/VVr8B8=", RequestSignature.Of("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", PublishedForm));

    [Fact]
    public void The_documentations_worked_example_is_signed_as_documented() =>
        Assert.Equal(
            "L/OH5YylLD5NRKLltdqwSvS0BnU=",
            RequestSignature.Of("12345", "https://example.com/myapp.php?foo=1&bar=2", [.. PublishedForm.Select(field =>
                field.Value == "+14158675309" ? new KeyValuePair<string, string>(field.Key, "+14158675310") : field)]));

    [Fact]
    public void A_pair_sent_twice_is_signed_once() =>
        Assert.Equal(
            RequestSignature.Of("12345", "https://example.com/", PublishedForm),
            RequestSignature.Of("12345", "https://example.com/", [.. PublishedForm, PublishedForm[0]]));

    [Theory]
    [InlineData("https://example.com/a?b=%2F%20c", "https://example.com/a?b=%2F%20c")]
    [InlineData("https://user:secret@example.com:8443/a#part", "https://example.com/a")]
    [InlineData("http://127.0.0.1:5199/a", "http://127.0.0.1:5199/a")]
    public void The_signed_url_has_no_user_no_fragment_and_over_https_no_port(string url, string expected) =>
        Assert.Equal(expected, RequestSignature.SignedUrl(new Uri(url)));
}
