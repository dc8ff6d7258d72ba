using Faultline.Reporting;
using Faultline.Tool.Profiling;
using Faultline.Tracing.Session;

namespace Faultline.Tool.Tests.Profiling;

/// <summary>From the line of a symbol file to the call.</summary>
public sealed class SourceFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The line on which the marked statement starts is where the symbol file has its call.</summary>
    [Theory]
    [InlineData("p = \n NativeMemory.Alloc(8);", 1, "NativeMemory.Alloc(8)")]
    [InlineData("X(\n1,\n NativeMemory.Alloc(\n8));", 1, "NativeMemory.Alloc(\n8)")]
    [InlineData("if (x)\n p = NativeMemory.Alloc(8);", 2, "NativeMemory.Alloc(8)")]
    [InlineData("if (x)\n p = NativeMemory.Alloc(8);", 1, "")]
    [InlineData("if (\nNativeMemory.Alloc(8) == null) p = NativeMemory.Alloc(9);", 1, "NativeMemory.Alloc(8)")]
    [InlineData("foreach (int i in\n Read(NativeMemory.Alloc(8))) X();", 2, "NativeMemory.Alloc(8)")]
    [InlineData("Y(); p = NativeMemory.Alloc(8); NativeMemory.Free(p);", 1, "NativeMemory.Alloc(8)")]
    [InlineData("p = NativeMemory.Alloc(8); q = NativeMemory.Alloc(9);", 1, "NativeMemory.Alloc(8)|NativeMemory.Alloc(9)")]
    [InlineData("X(NativeMemory.Alloc(Size(NativeMemory.Alloc(8))));", 1, "NativeMemory.Alloc(8)|NativeMemory.Alloc(Size(NativeMemory.Alloc(8)))")]
    [InlineData("p =\n#if NET8_0_OR_GREATER\nNativeMemory.Alloc(8);\n#else\nOther.Alloc(9);\n#endif", 1, "NativeMemory.Alloc(8)")]
    [InlineData("#if DEBUG\np = NativeMemory.Alloc(8);\n#endif", 2, "NativeMemory.Alloc(8)")]
    public void The_call_is_found(string body, int line, string expected)
    {
        SourceFile file = new("C.cs", $"unsafe class C {{ void M() {{ {body} }} }}");
        Assert.Equal(expected, string.Join('|', file.CallsAt(line, "NativeMemory.Alloc")));
    }

    /// <summary>An extern has any name; the table's other names are those of other calls.</summary>
    [Fact]
    public void A_renamed_extern_is_the_call_that_has_no_other_API_s_name()
    {
        SourceFile file = new("C.cs", "class C { void M() { NativeMemory.Free(x); p = LibC.Allocate(8); } }");
        Assert.Equal("LibC.Allocate(8)", string.Join('|', file.CallsAt(1, "malloc")));
    }

    [Fact]
    public void A_site_without_a_name_says_why()
    {
        string source = Path.Combine(_folder, "C.cs");
        File.WriteAllText(source, "class C { void M() { p = NativeMemory.Alloc(8); q = NativeMemory.Alloc(9); } }");
        DateTime written = File.GetLastWriteTimeUtc(source);
        Assert.Equal("its assembly has no symbols", Reason(null, 0, written));
        Assert.Equal("its source is not C#", Reason(Path.Combine(_folder, "C.fs"), 1, written));
        Assert.Equal("its source file is not there", Reason(Path.Combine(_folder, "D.cs"), 1, written));
        Assert.Equal("its source file was changed after the program was built", Reason(source, 1, written - TimeSpan.FromSeconds(1)));
        Assert.Equal("its source has no call of NativeMemory.Alloc in a statement that starts on line 7", Reason(source, 7, written));
        Assert.Equal("the line has 2 calls that may be meant, the program 1", Reason(source, 1, written));
    }

    [Fact]
    public void Calls_on_one_line_are_taken_in_their_order()
    {
        string source = Path.Combine(_folder, "C.cs");
        File.WriteAllText(source, "class C { void M() { p = NativeMemory.Alloc(8); q = NativeMemory.Alloc(9); } }");
        CallSite[] sites = [Site(1, source, 1), Site(2, source, 1)];
        IReadOnlyDictionary<int, SiteIdentity> names = SiteNaming.Of(new SiteTable(sites), _ => null);
        Assert.All(names.Values, name => Assert.Null(name.Reason));
        Assert.NotEqual(names[1].Key, names[2].Key);
        Assert.NotEqual(names[1].Statement, names[2].Statement);
    }

    private static string? Reason(string? file, int line, DateTime built) => SiteNaming.Of(new SiteTable([Site(1, file, line)]), _ => built)[1].Reason;

    private static CallSite Site(int id, string? file, int line) => new(id, "App", "C", "M", "NativeMemory.Alloc", file, line);
}
