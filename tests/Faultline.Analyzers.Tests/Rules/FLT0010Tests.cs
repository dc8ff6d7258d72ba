using Faultline.Analyzers.Tests.Support;
using Faultline.CodeFixes;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT0010, AllocHGlobal where NativeMemory would do.</summary>
public class FLT0010Tests
{
    private const string Id = "FLT0010";

    [Fact]
    public Task Diagnostics() => RuleTest.Verify(Id,
        """
        class C
        {
            nint _field = [|Marshal.AllocHGlobal(8)|];
            nint M(int n) => [|Marshal.AllocHGlobal((nint)n)|];
        }
        """);

    [Fact]
    public Task Valid() => RuleTest.Verify(Id,
        """
        class C
        {
            nint M(nint p) => Marshal.ReAllocHGlobal(Marshal.StringToHGlobalUni("a"), p) + Marshal.AllocCoTaskMem(8);
        }
        """);

    [Fact]
    public void It_is_hidden_and_says_why()
    {
        var found = Inspect.Source("class C { nint M() => Marshal.AllocHGlobal(8); }", Id).Single();
        Assert.Equal(Microsoft.CodeAnalysis.DiagnosticSeverity.Hidden, found.Severity);
        Assert.Equal("'Marshal.AllocHGlobal' takes a signed size, and on Windows it is LocalAlloc: 'NativeMemory.Alloc' takes a size_t and is malloc everywhere", found.GetMessage());
    }

    [Fact]
    public Task CodeFix() => FixTest<NativeMemoryFix>.Run(Id,
        """
        unsafe class C
        {
            void M(int n)
            {
                nint block = [|Marshal.AllocHGlobal(n * 4)|]; // scratch
                ((int*)block)[0] = 1;
                Marshal.WriteInt32(block, 4, 2);
                if (block != IntPtr.Zero)
                    Marshal.FreeHGlobal(block); // done
            }
        }
        """,
        """
        unsafe class C
        {
            void M(int n)
            {
                nint block = (nint)NativeMemory.Alloc((nuint)(n * 4)); // scratch
                ((int*)block)[0] = 1;
                Marshal.WriteInt32(block, 4, 2);
                if (block != IntPtr.Zero)
                    NativeMemory.Free((void*)block); // done
            }
        }
        """);

    [Fact]
    public Task FixAll() => FixTest<NativeMemoryFix>.Run(Id,
        """
        unsafe class C
        {
            [DllImport("native")] static extern void read(void* to, int length);

            void M(int n, long l)
            {
                byte* a = (byte*)[|Marshal.AllocHGlobal(64)|];
                nint b = [|Marshal.AllocHGlobal((IntPtr)n)|];
                void* c = [|Marshal.AllocHGlobal((nint)l)|].ToPointer();
                read(a, 64);
                new Span<byte>((void*)b, n).Clear();
                Marshal.FreeHGlobal((nint)c);
                Marshal.FreeHGlobal(hglobal: b);
                Marshal.FreeHGlobal(new IntPtr(a));
            }
        }
        """,
        """
        unsafe class C
        {
            [DllImport("native")] static extern void read(void* to, int length);

            void M(int n, long l)
            {
                byte* a = (byte*)NativeMemory.Alloc(64);
                nint b = (nint)NativeMemory.Alloc((nuint)n);
                void* c = ((nint)NativeMemory.Alloc((nuint)l)).ToPointer();
                read(a, 64);
                new Span<byte>((void*)b, n).Clear();
                NativeMemory.Free(c);
                NativeMemory.Free((void*)b);
                NativeMemory.Free((void*)new IntPtr(a));
            }
        }
        """);

    /// <summary>Somebody else may free the block, or pointers cannot be written.</summary>
    [Theory]
    [InlineData("unsafe", "nint p = {|FLT0010:Marshal.AllocHGlobal(8)|};")]
    [InlineData("unsafe", "nint p = {|FLT0010:Marshal.AllocHGlobal(8)|}; Keep(p); Marshal.FreeHGlobal(p);")]
    [InlineData("unsafe", "nint p = {|FLT0010:Marshal.AllocHGlobal(8)|}; _field = p; Marshal.FreeHGlobal(p);")]
    [InlineData("unsafe", "nint p = {|FLT0010:Marshal.AllocHGlobal(8)|}; p = Marshal.ReAllocHGlobal(p, 16); Marshal.FreeHGlobal(p);")]
    [InlineData("unsafe", "nint p = {|FLT0010:Marshal.AllocHGlobal(8)|}; Marshal.FreeCoTaskMem(p);")]
    [InlineData("unsafe", "nint p = {|FLT0010:Marshal.AllocHGlobal(8)|}; Action a = () => Marshal.FreeHGlobal(p); a();")]
    [InlineData("unsafe", "nint p = flag ? {|FLT0010:Marshal.AllocHGlobal(8)|} : 0; Marshal.FreeHGlobal(p);")]
    [InlineData("", "nint p = {|FLT0010:Marshal.AllocHGlobal(8)|}; Marshal.FreeHGlobal(p);")]
    public Task No_fix_where_a_free_may_be_elsewhere_or_pointers_cannot_be_written(string modifier, string body)
    {
        string source = $$"""{{modifier}} class C { nint _field; void Keep(nint p) { } void M(bool flag) { {{body}} } }""";
        return FixTest<NativeMemoryFix>.Run(Id, source, source);
    }
}
