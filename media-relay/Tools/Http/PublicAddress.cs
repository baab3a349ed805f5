using System.Net;
using System.Net.Sockets;

namespace PhoneAgent.MediaRelay.Tools.Http;

/// <summary>
/// Where a tool may connect to, by address, so that no name can lead it inside: the public internet; private networks where
/// the profile says so; never link-local addresses and those where clouds tell secrets.
/// Source: https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Private = Networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");

    private static readonly IPNetwork[] Special = Networks(
        "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "2001::/32", "2001:db8::/32", "2002::/16",
        "168.63.129.16/32", // Azure's own services on every virtual network
        "fd00:ec2::254/128");

    private static readonly IPNetwork Internet6 = IPNetwork.Parse("2000::/3");

    /// <summary>Whether a tool may connect to an address.</summary>
    /// <param name="address">What its host's name led to.</param>
    /// <param name="privateNetwork">Whether the profile allows private addresses.</param>
    public static bool Allows(IPAddress address, bool privateNetwork)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Array.Exists(Special, network => network.Contains(address))
            && (Array.Exists(Private, network => network.Contains(address)) ? privateNetwork : address.AddressFamily == AddressFamily.InterNetwork || Internet6.Contains(address));
    }

    private static IPNetwork[] Networks(params string[] networks) => Array.ConvertAll(networks, IPNetwork.Parse);
}
