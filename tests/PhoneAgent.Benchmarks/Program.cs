using System.Reflection;
using PhoneAgent.Benchmarks;

// dotnet run -c Release --project tests/PhoneAgent.Benchmarks [-- WORD] runs the tables whose title has the word.
var word = args.FirstOrDefault() ?? "";
var runner = new BenchmarkRunner(rounds: 41, Console.Out);
var tables = Assembly.GetExecutingAssembly().GetTypes()
    .Where(type => type.IsClass && typeof(IBenchmarkTable).IsAssignableFrom(type))
    .OrderBy(type => type.Name, StringComparer.Ordinal)
    .Select(type => (IBenchmarkTable)Activator.CreateInstance(type)!)
    .Where(table => table.Title.Contains(word, StringComparison.OrdinalIgnoreCase));
foreach (var table in tables)
{
    runner.Run(table);
}
