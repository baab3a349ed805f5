using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("PhoneAgent.Tests.SideBySideFramework", "PhoneAgent.Tests")]

namespace PhoneAgent.Tests;

/// <summary>
/// xunit's framework with a third kind of tests. It has those that run in parallel, on as many threads as there are processors, and then those that run
/// alone; last of all come the classes with a <see cref="SideBySideAttribute"/>, as many at once as idle tests can be, whatever the processors.
/// </summary>
public sealed class SideBySideFramework(IMessageSink messages) : XunitTestFramework(messages)
{
    private const int AtOnce = 4;

    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) => new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    // xunit's own but for the runner. That it returns nothing to wait for is xunit's contract: the sink is told of the end.
    private sealed class Executor(AssemblyName assemblyName, ISourceInformationProvider sources, IMessageSink messages) : XunitTestFrameworkExecutor(assemblyName, sources, messages)
    {
        protected override async void RunTestCases(IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            using var runner = new Runner(TestAssembly, testCases, DiagnosticMessageSink, executionMessageSink, executionOptions);
            await runner.RunAsync();
        }
    }

    private sealed class Runner(ITestAssembly assembly, IEnumerable<IXunitTestCase> testCases, IMessageSink messages, IMessageSink execution, ITestFrameworkExecutionOptions options)
        : XunitTestAssemblyRunner(assembly, testCases, messages, execution, options)
    {
        protected override async Task<RunSummary> RunTestCollectionsAsync(IMessageBus messageBus, CancellationTokenSource cancellationTokenSource)
        {
            using var folder = new RunFolder();
            var classes = TestCases.GroupBy(test => test.TestMethod.TestClass, TestClassComparer.Instance).ToDictionary(tests => tests.Key, tests => tests.ToList(), TestClassComparer.Instance);
            var sideBySide = classes.Keys.Where(one => Seconds(one) is not null).OrderByDescending(Seconds).ToList();
            TestCases = [.. classes.Where(one => !sideBySide.Contains(one.Key)).SelectMany(one => one.Value)];
            var summary = await base.RunTestCollectionsAsync(messageBus, cancellationTokenSource);
            using var room = new SemaphoreSlim(AtOnce);
            foreach (var one in await Task.WhenAll(sideBySide.Select(RunAsync)))
            {
                summary.Aggregate(one);
            }

            return summary;

            async Task<RunSummary> RunAsync(ITestClass one)
            {
                await room.WaitAsync();
                try
                {
                    return cancellationTokenSource.IsCancellationRequested ? new RunSummary() : await Task.Run(
                        () => new XunitTestCollectionRunner(one.TestCollection, classes[one], DiagnosticMessageSink, messageBus, TestCaseOrderer, new ExceptionAggregator(Aggregator), cancellationTokenSource).RunAsync());
                }
                finally
                {
                    room.Release();
                }
            }
        }

        private static int? Seconds(ITestClass one) => one.Class.ToRuntimeType().GetCustomAttribute<SideBySideAttribute>()?.Seconds;
    }
}
