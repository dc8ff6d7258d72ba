using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT1012, a constant index outside of the block.</summary>
public class FLT1012Tests
{
    private const string Id = "FLT1012";

    [Theory]
    [InlineData("int* p = (int*)NativeMemory.Alloc(40); [|p[10]|] = 1;")]
    [InlineData("int* p = (int*)NativeMemory.Alloc(10, sizeof(int)); int x = [|p[-1]|];")]
    [InlineData("byte* p = (byte*)NativeMemory.Alloc(40); [|((int*)p)[10]|] = 1; [|((long*)p)[5]|] = 1;")]
    [InlineData("byte* p = (byte*)NativeMemory.Alloc(b); [|p[255]|] = 1;")] // at most 255 bytes
    [InlineData("byte* p = (byte*)NativeMemory.Alloc(40); [|*(p + 40)|] = 1; [|*(int*)(p + 38)|] = 1;")]
    [InlineData("S* p = (S*)NativeMemory.Alloc((nuint)(2 * sizeof(S))); [|p[2]|].A = 1; [|(p + 2)->B|] = 1;")]
    [InlineData("nint p = Marshal.AllocHGlobal(8); [|Marshal.WriteInt32(p, 8, 1)|]; [|Marshal.ReadInt64(p, 4)|]; [|Marshal.ReadByte(p + 8)|];")]
    [InlineData("int* p = null; p = (int*)NativeMemory.Alloc(8); if (p != null) [|p[2]|] = 1; p = null;")]
    [InlineData("byte* p = (byte*)Marshal.StringToHGlobalUni(\"ab\"); [|p[6]|] = 1;")]
    [InlineData("const int last = 8; byte* p = (byte*)NativeMemory.Alloc(last); [|p[last]|] = 0;")]
    public Task Diagnostics(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("int* p = (int*)NativeMemory.Alloc(40); p[9] = 1; p[0] = 2; int* end = &p[10]; end = p + 10; end[-1] = 3;")]
    [InlineData("byte* p = (byte*)NativeMemory.Alloc(40); ((int*)p)[9] = 1; *(int*)(p + 36) = 1;")]
    [InlineData("byte* p = (byte*)NativeMemory.Alloc((nuint)n); p[1000] = 1;")]
    [InlineData("byte* p = (byte*)NativeMemory.Alloc(b); p[254] = 1; p[n] = 1;")]
    [InlineData("byte* p = (byte*)NativeMemory.Alloc(8); p = (byte*)NativeMemory.Realloc(p, 16); p[8] = 1;")]
    [InlineData("byte* p = (byte*)NativeMemory.Alloc(8); p += 4; p[-1] = 1;")]
    [InlineData("byte* p = (byte*)(n > 0 ? NativeMemory.Alloc(8) : NativeMemory.Alloc(16)); p[8] = 1;")]
    [InlineData("byte* p = (byte*)NativeMemory.Alloc(8); if (n > 0) p = (byte*)NativeMemory.Alloc(16); p[8] = 1;")]
    [InlineData("nint p = Marshal.AllocHGlobal(8); Marshal.WriteInt32(p, 4, 1); Marshal.WriteInt64(p, 0, 1); Marshal.ReadInt32(p, n);")]
    [InlineData("S* p = (S*)NativeMemory.Alloc((nuint)(2 * sizeof(S))); p[1].A = 1; (p + 1)->B = 1;")]
    public Task Valid(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("int* p = (int*)NativeMemory.Alloc(40); p[10] = 1;", "'p[10]' reaches bytes 40 to 43 of a block of 40 bytes from 'NativeMemory.Alloc'")]
    [InlineData("byte* p = (byte*)Marshal.AllocHGlobal(1); p[1] = 1;", "'p[1]' reaches byte 1 of a block of 1 byte from 'Marshal.AllocHGlobal'")]
    [InlineData("short* p = (short*)NativeMemory.Alloc(b); p[-2] = 1;", "'p[-2]' reaches bytes -4 to -3 of a block of at most 255 bytes from 'NativeMemory.Alloc'")]
    public void Messages(string body, string expected) => Assert.Equal(expected, Inspect.Source(Method(body), Id).Single().GetMessage());

    [Fact]
    public void The_allocation_is_an_additional_location()
    {
        var found = Inspect.Source("unsafe class C { void M() { byte* p = (byte*)NativeMemory.Alloc(8); p[8] = 1; } }", Id).Single();
        Assert.Equal(["NativeMemory.Alloc(8)"], found.AdditionalLocations.Select(l => l.SourceTree!.GetText().ToString(l.SourceSpan)));
    }

    private static string Method(string body) => $$"""unsafe class C { struct S { public long A, B; } void M(int n, byte b) { {{body}} } }""";
}
