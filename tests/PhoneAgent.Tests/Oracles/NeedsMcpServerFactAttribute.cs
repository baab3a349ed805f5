using System.Runtime.CompilerServices;

namespace PhoneAgent.Tests.Oracles;

/// <summary>A test that starts the official MCP server; where Node or the package is missing it is skipped and its name says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsMcpServerFactAttribute : FactAttribute
{
    public NeedsMcpServerFactAttribute([CallerMemberName] string test = "") => this.SkipWhen(Oracle.Scripts.Missing("@modelcontextprotocol/sdk"), test);
}
