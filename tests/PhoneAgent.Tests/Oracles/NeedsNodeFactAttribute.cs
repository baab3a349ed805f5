namespace PhoneAgent.Tests.Oracles;

/// <summary>A test that compares with an official client on Node; where that is missing the test is reported as skipped, with what to install.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsNodeFactAttribute : FactAttribute
{
    public NeedsNodeFactAttribute() => Skip =
        NodeOracle.Folder is null ? "tests/oracles is not beside the tests; run them from a checkout of the repository."
        : NodeOracle.Node is null ? "Node is not installed: install version 20 or newer from https://nodejs.org, then run `npm ci` in tests/oracles."
        : !Directory.Exists(Path.Combine(NodeOracle.Folder, "node_modules")) ? "The official clients are not installed: run `npm ci` in tests/oracles."
        : null;
}
