using System.Reflection;
using System.Xml.Linq;

namespace PhoneAgent.Tests;

/// <summary>The plan of the house, as far as a test can hold it.</summary>
public sealed class HouseRules
{
    private static readonly string[] VendorPackages =
    [
        "Microsoft.Azure.Functions.Worker",
        "Microsoft.Azure.Functions.Worker.Sdk",
        "Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore",
        "Twilio",
        "Google.GenAI",
    ];

    private static string Root => Checkout.Root;

    [Theory]
    [InlineData("core/PhoneAgent.Core.csproj", "")]
    [InlineData("functions/handlers/PhoneAgent.Handlers.csproj", "PhoneAgent.Core")]
    [InlineData("functions/app/PhoneAgent.Functions.csproj", "PhoneAgent.Handlers")]
    [InlineData("media-relay/PhoneAgent.MediaRelay.csproj", "PhoneAgent.Core")]
    [InlineData("tests/PhoneAgent.TestKit/PhoneAgent.TestKit.csproj", "PhoneAgent.MediaRelay")]
    [InlineData("simulator/PhoneAgent.Simulator.csproj", "PhoneAgent.Handlers PhoneAgent.MediaRelay")]
    public void Dependencies_point_one_way_only(string project, string uses) => Assert.Equal(
        uses.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)!).Order());

    [Fact]
    public void Vendor_packages_are_used_by_the_function_app_alone()
    {
        var projects = Directory.GetFiles(Root, "*.csproj", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'));

        Assert.All(
            projects.Where(project => project != "functions/app/PhoneAgent.Functions.csproj"),
            project => Assert.Empty(References(project, "PackageReference").Intersect(VendorPackages)));
    }

    [Theory]
    [InlineData("PhoneAgent.MediaRelay.Audio", "PhoneAgent.MediaRelay.Calls PhoneAgent.MediaRelay.Gemini PhoneAgent.MediaRelay.Twilio PhoneAgent.MediaRelay.Sockets")]
    [InlineData("PhoneAgent.MediaRelay.Twilio", "PhoneAgent.MediaRelay.Calls PhoneAgent.MediaRelay.Gemini PhoneAgent.MediaRelay.Sockets")]
    [InlineData("PhoneAgent.MediaRelay.Transport", "PhoneAgent.MediaRelay.Calls PhoneAgent.MediaRelay.Gemini PhoneAgent.MediaRelay.Twilio PhoneAgent.MediaRelay.Sockets")]
    public void The_lower_rooms_of_the_relay_know_nothing_of_the_upper_ones(string room, string upper)
    {
        var members = typeof(MediaRelay.RelayApp).Assembly.GetTypes().Where(type => type.Namespace == room)
            .SelectMany(type => type.GetMembers(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .SelectMany(TypesOf);

        Assert.DoesNotContain(members, type => upper.Split(' ').Contains(type.Namespace));
    }

    [Fact]
    public void No_file_of_the_product_is_over_300_lines()
    {
        var files = from folder in new[] { "core", "functions", "media-relay", "simulator" }
                    from path in Directory.GetFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
                    let parts = Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar)
                    where !parts.Contains("obj") && !parts.Contains("bin")
                    select path;

        Assert.Empty(files.Where(path => File.ReadLines(path).Count() > 300).Select(path => Path.GetRelativePath(Root, path)));
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Path.Combine(Root, project)).Descendants(kind).Select(reference => (string)reference.Attribute("Include")!);

    private static IEnumerable<Type> TypesOf(MemberInfo member) => member switch
    {
        FieldInfo field => [field.FieldType],
        MethodBase method => [.. method.GetParameters().Select(parameter => parameter.ParameterType), .. method is MethodInfo info ? [info.ReturnType] : Type.EmptyTypes],
        _ => [],
    };
}
