using System.Reflection;
using Faultline.Api;

namespace Faultline.Shim.Tests.Facades;

/// <summary>The facades and the API table are the same list.</summary>
public class FacadeTableTests
{
    private static readonly Type[] Facades = [typeof(NativeMemoryShim), typeof(MarshalShim), typeof(LibcShim)];

    public static TheoryData<string> Rows => [.. AllocationApis.All.Select(api => api.ToString())];

    [Theory]
    [MemberData(nameof(Rows))]
    public void EachRowHasOneFacade(string row)
    {
        AllocationApi api = AllocationApis.All.Single(api => api.ToString() == row);
        Type facade = Assert.Single(Facades, type => type.FullName == api.FacadeType);
        string wanted = Describe(api.FacadeType, api.Method, api.ReturnType, [.. api.ParameterTypes, "System.Int32"]);
        MethodInfo method = Assert.Single(Methods(facade), method => Describe(method) == wanted);
        Assert.Equal("site", method.GetParameters()[^1].Name);
    }

    [Fact]
    public void EachFacadeHasARow()
    {
        HashSet<string> rows = [.. AllocationApis.All.Select(api => Describe(api.FacadeType, api.Method, api.ReturnType, [.. api.ParameterTypes, "System.Int32"]))];
        foreach (MethodInfo method in Facades.SelectMany(Methods))
            Assert.Contains(Describe(method), rows);
        Assert.Equal(AllocationApis.All.Count, Facades.SelectMany(Methods).Count());
    }

    private static IEnumerable<MethodInfo> Methods(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);

    private static string Describe(MethodInfo method)
        => Describe(method.DeclaringType!.FullName!, method.Name, method.ReturnType.FullName!, method.GetParameters().Select(p => p.ParameterType.FullName!));

    private static string Describe(string type, string method, string returns, IEnumerable<string> parameters)
        => $"{returns} {type}.{method}({string.Join(", ", parameters)})";
}
