namespace PhoneAgent.Tests;

/// <summary>For what is bound to come. So long that no busy machine runs it out: a test that waits to the end of it has failed, however the machine is.</summary>
internal static class Patience
{
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    /// <summary>Cancelled when it is over, counted from now.</summary>
    public static CancellationToken Token => new CancellationTokenSource(Long).Token;
}
