namespace PhoneAgent.Tests.Oracles;

/// <summary>A test that asks an official npm package; where Node or the packages are missing it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsNodeFactAttribute : FactAttribute
{
    public NeedsNodeFactAttribute() => Skip = Oracle.Missing!; // null lets it run
}
