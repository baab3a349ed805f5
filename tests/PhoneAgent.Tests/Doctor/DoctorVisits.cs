using PhoneAgent.Simulator.Doctor;

namespace PhoneAgent.Tests.Doctor;

/// <summary>An installation that is healthy until a test spoils it, and what the doctor says then.</summary>
public abstract class DoctorVisits : IAsyncLifetime
{
    private protected Clinic Clinic { get; private set; } = null!;

    public async Task InitializeAsync() => Clinic = await Clinic.OpenAsync();

    public Task DisposeAsync() => Clinic.DisposeAsync().AsTask();

    private protected static IReadOnlyList<Finding> Problems(IEnumerable<Finding> findings) => [.. findings.Where(one => one.State == FindingState.Problem)];

    private protected async Task<IReadOnlyList<Finding>> ProblemsAsync() => Problems(await Clinic.VisitAsync());

    private protected async Task FindsAsync(string check, string said, string? fix = null)
    {
        var problem = Assert.Single(await ProblemsAsync());

        Assert.Equal(check, problem.Check);
        Assert.StartsWith(said, problem.What, StringComparison.Ordinal);
        Assert.StartsWith(fix ?? "", problem.Fix, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(problem.Fix));
    }
}
