using System.Reflection;
using System.Runtime.InteropServices;
using Faultline.Api;

namespace Faultline.Weaver.Tests;

/// <summary>The API table is held against the runtime that the tests run on: every row exists, and no allocating method is missing.</summary>
public class AllocationApisTests
{
    public static TheoryData<string> ManagedRows => [.. AllocationApis.All.Where(api => !api.IsPInvoke).Select(api => api.ToString())];

    [Theory]
    [MemberData(nameof(ManagedRows))]
    public void A_row_names_a_method_of_the_runtime(string row)
    {
        AllocationApi api = AllocationApis.All.Single(api => api.ToString() == row);
        Type type = typeof(NativeMemory).Assembly.GetType(api.Type, throwOnError: true)!;
        Assert.Single(type.GetMethods(BindingFlags.Public | BindingFlags.Static), method => Describe(method) == row);
        Assert.Equal(api.ParameterTypes.Count, api.Roles.Count);
    }

    [Fact]
    public void No_method_that_allocates_or_frees_is_missing()
    {
        string[] stems = ["Alloc", "Free", "Realloc", "ReAlloc", "StringTo"];
        string[] listed = [.. AllocationApis.All.Select(api => api.ToString())];
        IEnumerable<string> candidates = new[] { typeof(NativeMemory), typeof(Marshal) }
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => stems.Any(method.Name.Contains))
            .Select(Describe);
        string[] missing = [.. candidates.Except(listed).Where(method => !method.Contains("PtrToString"))];
        Assert.Empty(missing);
    }

    [Fact]
    public void Each_libc_row_has_one_role_a_parameter_and_a_facade()
    {
        foreach (AllocationApi api in AllocationApis.All.Where(api => api.IsPInvoke))
        {
            Assert.Equal(api.ParameterTypes.Count, api.Roles.Count);
            Assert.Equal("Faultline.Shim.LibcShim", api.FacadeType);
            Assert.Equal(api.Method, api.DisplayName);
        }
    }

    private static string Describe(MethodInfo method)
        => $"{method.ReturnType.FullName} {method.DeclaringType!.FullName}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.FullName))})";
}
