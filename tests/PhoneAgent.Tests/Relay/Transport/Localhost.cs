using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PhoneAgent.Tests.Relay.Transport;

/// <summary>A server's certificate that signed itself, and a client's trust in this one alone.</summary>
internal sealed class Localhost : IDisposable
{
    public Localhost()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Certificate = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    public static string Name => "localhost";

    public X509Certificate2 Certificate { get; }

    public bool IsTrusted(object sender, X509Certificate? seen, X509Chain? chain, SslPolicyErrors errors) => seen!.GetCertHashString() == Certificate.GetCertHashString();

    public void Dispose() => Certificate.Dispose();
}
