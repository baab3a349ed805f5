using System.Runtime.CompilerServices;

namespace PhoneAgent.Tests.Relay.Transport;

/// <summary>A fact about the transport that is for Linux.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EpollFactAttribute : FactAttribute
{
    /// <summary>Skips it elsewhere.</summary>
    public EpollFactAttribute([CallerMemberName] string test = "") => this.SkipWhen(OperatingSystem.IsLinux() ? null : "The relay waits by epoll on Linux only.", test);
}
