using Faultline.Analyzers.Tests.Support;
using Faultline.CodeFixes;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT1011, a number of elements passed as bytes.</summary>
public class FLT1011Tests
{
    private const string Id = "FLT1011";

    [Theory]
    [InlineData("int* p = (int*)[|NativeMemory.Alloc((nuint)count)|];")] // Godot's
    [InlineData("long* p = (long*)[|NativeMemory.Alloc((nuint)n)|]; for (int i = 0; i < n; i++) p[i] = i;")]
    [InlineData("int* p = (int*)[|NativeMemory.Alloc((nuint)n)|]; new Span<int>(p, n).Fill(1);")]
    [InlineData("int* p = (int*)[|NativeMemory.Alloc((nuint)array.Length)|];")]
    [InlineData("char* p = (char*)[|Marshal.AllocHGlobal(chars.Length)|];")]
    [InlineData("double* p = (double*)[|Marshal.AllocHGlobal((IntPtr)_count)|].ToPointer();")]
    [InlineData("int* p = (int*)[|NativeMemory.Alloc(10)|];")]
    [InlineData("int** p = (int**)[|NativeMemory.Alloc(4)|];")]
    [InlineData("S* p = (S*)[|NativeMemory.Alloc(8)|];")]
    [InlineData("long* p = (long*)[|NativeMemory.Alloc(3, sizeof(int))|];")]
    public Task Diagnostics(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("int* p = (int*)NativeMemory.Alloc((nuint)count, sizeof(int));")]
    [InlineData("int* p = (int*)NativeMemory.Alloc((nuint)count * sizeof(int));")]
    [InlineData("byte* p = (byte*)NativeMemory.Alloc((nuint)count);")]
    [InlineData("void* p = NativeMemory.Alloc((nuint)count);")]
    [InlineData("int* p = (int*)NativeMemory.Alloc((nuint)byteCount);")]
    [InlineData("int* p = (int*)NativeMemory.Alloc((nuint)n);")] // may be bytes
    [InlineData("int* p = (int*)NativeMemory.Alloc((nuint)n); for (int i = 0; i < n / 4; i++) p[i] = i;")]
    [InlineData("int* p = (int*)NativeMemory.Alloc((nuint)n); new Span<byte>(p, n).Fill(1);")]
    [InlineData("int* p = (int*)NativeMemory.Alloc(12);")]
    [InlineData("S* p = (S*)NativeMemory.Alloc(20);")] // a head with something behind it
    [InlineData("S* p = (S*)NativeMemory.Alloc((nuint)count);")]
    [InlineData("byte* p = (byte*)NativeMemory.Alloc((nuint)array.Length);")]
    [InlineData("int* p = (int*)NativeMemory.Alloc((nuint)bytes.Length);")]
    [InlineData("char* p = (char*)Marshal.StringToHGlobalUni(\"a\");")]
    [InlineData("Guid* p = (Guid*)NativeMemory.Alloc((nuint)sizeof(Guid));")]
    public Task Valid(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("(int*)NativeMemory.Alloc(10)", "'NativeMemory.Alloc' asks for 10 bytes for 'int*', whose size is 4 bytes: 2 and 2 bytes over")]
    [InlineData("(S*)NativeMemory.Alloc(8)", "'NativeMemory.Alloc' asks for 8 bytes for 'C.S*', whose size is 16 bytes: less than one")]
    [InlineData("(int*)NativeMemory.Alloc((nuint)count)", "'NativeMemory.Alloc' asks for '(nuint)count' bytes for 'int*', whose size is 4 bytes: it is named as a number of elements")]
    [InlineData("(int*)NativeMemory.Alloc((nuint)array.Length)", "'NativeMemory.Alloc' asks for '(nuint)array.Length' bytes for 'int*', whose size is 4 bytes: it is the number of elements of 'array'")]
    public void Messages(string allocation, string expected) => Assert.Equal(expected, Inspect.Source(Method($"var p = {allocation};"), Id).Single().GetMessage());

    [Theory]
    [InlineData("int* p = (int*)[|NativeMemory.Alloc( /* n */ (nuint)count)|]; // ints", "int* p = (int*)NativeMemory.Alloc( /* n */ (nuint)count, sizeof(int)); // ints")]
    [InlineData("int* p = (int*)[|NativeMemory.Alloc(10)|];", "int* p = (int*)NativeMemory.Alloc(10, sizeof(int));")]
    [InlineData("int* p = (int*)[|Marshal.AllocHGlobal(count)|];", "int* p = (int*)Marshal.AllocHGlobal(checked(count * sizeof(int)));")]
    [InlineData("int* p = (int*)[|Marshal.AllocHGlobal((nint)count)|];", "int* p = (int*)Marshal.AllocHGlobal((nint)count * sizeof(int));")]
    [InlineData("float* p = (float*)[|NativeMemory.AlignedAlloc((nuint)count, 64)|];", "float* p = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);")]
    [InlineData("S* p = (S*)[|NativeMemory.Alloc((nuint)structs.Length)|];", "S* p = (S*)NativeMemory.Alloc((nuint)structs.Length, (nuint)sizeof(S));")]
    [InlineData("S* p = (S*)[|NativeMemory.Realloc(null, (nuint)structs.Length)|];", "S* p = (S*)NativeMemory.Realloc(null, (nuint)structs.Length * (nuint)sizeof(S));")]
    public Task CodeFix(string before, string after) => FixTest<TimesSizeOfFix>.Run(Id, Method("\n" + before + "\n"), Method("\n" + after + "\n"));

    [Fact]
    public Task FixAll() => FixTest<TimesSizeOfFix>.Run(Id,
        Method("int* a = (int*)[|NativeMemory.Alloc((nuint)count)|]; long* b = (long*)[|NativeMemory.AllocZeroed((nuint)_count)|];"),
        Method("int* a = (int*)NativeMemory.Alloc((nuint)count, sizeof(int)); long* b = (long*)NativeMemory.AllocZeroed((nuint)_count, sizeof(long));"));

    /// <summary>What was meant is not to be seen: a struct's size that is too small, a product that has a size in it already.</summary>
    [Theory]
    [InlineData("S* p = (S*){|FLT1011:NativeMemory.Alloc(8)|};")]
    [InlineData("long* p = (long*){|FLT1011:NativeMemory.Alloc(3 * sizeof(int))|};")]
    [InlineData("long* p = (long*){|FLT1011:NativeMemory.Alloc(3, sizeof(int))|};")]
    [InlineData("int* p = (int*){|FLT1011:NativeMemory.Alloc(byteCount: (nuint)count)|};")]
    public Task No_fix_where_it_is_not_clear_what_was_meant(string body) => FixTest<TimesSizeOfFix>.Run(Id, Method(body), Method(body));

    private static string Method(string body) =>
        $$"""
        unsafe class C
        {
            struct S { public long A, B; }
            int _count;

            void M(int n, int count, int byteCount, int[] array, S[] structs, byte[] bytes, ReadOnlySpan<char> chars)
            {
                {{body}}
            }
        }
        """;
}
