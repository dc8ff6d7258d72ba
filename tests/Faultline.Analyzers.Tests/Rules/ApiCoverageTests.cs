using Faultline.Analyzers.Tests.Support;
using Faultline.Api;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>Every row of the API table is understood: none is forgotten when the table grows.</summary>
public class ApiCoverageTests
{
    public static TheoryData<int> Allocating => [.. Enumerable.Range(0, AllocationApis.All.Count).Where(i => AllocationApis.All[i].Allocates)];

    [Theory]
    [MemberData(nameof(Allocating))]
    public void Each_allocating_row_is_sized(int row)
    {
        AllocationApi api = AllocationApis.All[row];
        string found = Sizes.Text(Inspect.Source(Program(api), "FLT0001", "FLT0002"));
        string expected = api switch
        {
            { Method: var name } when name.StartsWith("SecureString") => Sizes.Nothing, // nobody knows how long it is
            { Effect: AllocationEffect.AllocateString } => "heap ",
            { Family: AllocationFamily.Mapping } => "mmap 200,000 bytes",
            { Family: AllocationFamily.NativeMemoryAligned } => "mmap 200,000 bytes aligned to 64",
            _ when api.Roles.Contains(ParameterRole.Alignment) => "mmap 200,000 bytes aligned to 64",
            _ when api.Roles.Contains(ParameterRole.Count) => "mmap 40,000,000,000 bytes",
            _ => "mmap 200,000 bytes",
        };
        if (expected == "mmap 40,000,000,000 bytes")
            Assert.Equal(expected, found);
        else
            Assert.StartsWith(expected, found);
    }

    /// <summary>Bodies in whose text no name of interest is followed by a parenthesis are passed over.</summary>
    [Theory]
    [InlineData("M.Alloc(8)", "3 Alloc")]
    [InlineData("Alloc (8); x.Alloc\n(8); Alloc<int>(8); @Alloc(8); äAlloc(8); Alloc8(8); Alloc;", "1 Alloc, 14 Alloc, 25 Alloc, 41 Alloc")]
    [InlineData("[ReturnsOwned] a; [TakesOwnership] b; Returns c;", "2 ReturnsOwned, 20 TakesOwnership")]
    public void Names_are_found_in_the_text(string text, string expected)
    {
        Faultline.Analyzers.Context.NameSet names = new("Alloc", "ReturnsOwned", "TakesOwnership", "Returns");
        IEnumerable<int> found = Faultline.Analyzers.Context.InvokedNames.Read(text).Find(names, names, new TextSpan(0, text.Length));
        Assert.Equal(expected, string.Join(", ", found.Select(at => $"{at + 1} {new string([.. text[at..].TakeWhile(char.IsLetterOrDigit)])}")));
    }

    [Theory]
    [InlineData("libc")]
    [InlineData("libc.so.6")]
    [InlineData("c")]
    public void P_Invokes_are_known_by_module_and_entry_point(string module)
        => Assert.Equal("heap 10 bytes; heap 20 bytes; heap 30 bytes; heap 40 bytes", Sizes.Text(Inspect.Source(
            $$"""
            partial class C
            {
                [DllImport("{{module}}")] private static extern nint malloc(nint size);
                [DllImport("{{module}}", EntryPoint = "malloc")] static extern unsafe byte* Grab(ulong size);
                [LibraryImport("{{module}}", EntryPoint = "malloc")] private static partial nint Take(nuint size);
                private static partial nint Take(nuint size) => 0;

                unsafe void M()
                {
                    malloc(10);
                    C.Grab(20);
                    Take(30);
                    Local(40);
                    [DllImport("{{module}}", EntryPoint = "malloc")] static extern nint Local(int size);
                }
            }
            """, "FLT0001", "FLT0002")));

    [Theory]
    [InlineData("[DllImport(\"mylib\")] static extern nint malloc(nint size);")]
    [InlineData("[DllImport(\"libc\", EntryPoint = \"getpid\")] static extern nint malloc(nint size);")]
    [InlineData("[DllImport(\"libc\")] static extern nint malloc(nint size, int more = 0);")]
    [InlineData("[DllImport(\"libc\", EntryPoint = \"realloc\")] static extern nint malloc(nint size);")]
    [InlineData("static nint malloc(nint size) => 0;")]
    public void Others_of_the_same_name_are_not(string declaration)
        => Assert.Empty(Inspect.Source($"class C {{ {declaration} void M() => malloc(10); }}"));

    private static string Program(AllocationApi api)
    {
        string parameters = string.Join(", ", api.Roles.Select((role, i) => $"{TypeOf(role)} p{i}"));
        string arguments = string.Join(", ", api.Roles.Select((role, i) => ArgumentOf(api, role, i)));
        return $$"""
            unsafe class C
            {
                {{(api.IsPInvoke ? $"[DllImport(\"libc\")] static extern nint {api.Method}({parameters});" : "")}}
                void M(System.Security.SecureString secret, nint block) { {{(api.IsPInvoke ? "" : api.Type + ".")}}{{api.Method}}({{arguments}}); }
            }
            """;
    }

    private static string TypeOf(ParameterRole role) => role is ParameterRole.Block or ParameterRole.OutBlock ? "nint" : "nuint";

    private static string ArgumentOf(AllocationApi api, ParameterRole role, int position) => role switch
    {
        ParameterRole.Size => "200000",
        ParameterRole.Count => "200000",
        ParameterRole.ElementSize => "200000",
        ParameterRole.Alignment => "64",
        ParameterRole.Text => api.Method.StartsWith("Secure") ? "secret" : "\"text\"",
        ParameterRole.Block or ParameterRole.OutBlock => !api.IsPInvoke && api.ParameterTypes[position] == "System.Void*" ? "(void*)block" : "block",
        _ => position == 3 ? "0x22" : "3",
    };
}
