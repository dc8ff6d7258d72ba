using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT0009, a block that grows by a constant in a loop.</summary>
public class FLT0009Tests
{
    private const string Id = "FLT0009";

    [Theory]
    [InlineData("while (Next()) { p = [|NativeMemory.Realloc(p, (nuint)(n + 1) * sizeof(int))|]; n++; }")]
    [InlineData("for (int i = 0; i < m; i++) p = [|NativeMemory.Realloc(p, (nuint)i * 8)|];")]
    [InlineData("while (Next()) { if (used == n) { n += 64; p = [|NativeMemory.Realloc(p, (nuint)n)|]; } used++; }")]
    [InlineData("do { n = n + m; p = [|NativeMemory.Realloc(p, (nuint)n)|]; } while (Next());")]
    [InlineData("while (Next()) { int next = n + 16; p = [|NativeMemory.Realloc(p, (nuint)next)|]; n = next; }")]
    [InlineData("int next; while (Next()) { next = n + 16; p = [|NativeMemory.Realloc(p, (nuint)next)|]; n = next; }")]
    [InlineData("while (Next()) { h = [|Marshal.ReAllocHGlobal(h, (nint)(_capacity * 4))|]; _capacity += 16; }")]
    [InlineData("foreach (int x in Numbers()) { p = [|NativeMemory.AlignedRealloc(p, (nuint)(4 * ++n), 64)|]; }")]
    public Task Diagnostics(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("while (Next()) { n *= 2; p = NativeMemory.Realloc(p, (nuint)n); }")]
    [InlineData("while (Next()) { n += n; p = NativeMemory.Realloc(p, (nuint)n); }")]
    [InlineData("while (Next()) { n += n / 2; p = NativeMemory.Realloc(p, (nuint)n); }")]
    [InlineData("while (Next()) { n++; p = NativeMemory.Realloc(p, (nuint)(n * n)); }")]
    [InlineData("while (Next()) { n += Count(); p = NativeMemory.Realloc(p, (nuint)n); }")]
    [InlineData("while (Next()) { n += 16; if (n > m) n = Count(); p = NativeMemory.Realloc(p, (nuint)n); }")]
    [InlineData("while (Next()) { int next = n * 2; p = NativeMemory.Realloc(p, (nuint)next); n = next; }")]
    [InlineData("while (Next()) { int next = m + 16; p = NativeMemory.Realloc(p, (nuint)next); }")] // the same size each time
    [InlineData("while (Next()) p = NativeMemory.Realloc(p, (nuint)m);")]
    [InlineData("n += 16; p = NativeMemory.Realloc(p, (nuint)n);")]
    [InlineData("while (Next()) { n -= 16; p = NativeMemory.Realloc(p, (nuint)n); }")] // it shrinks
    [InlineData("while (Next()) { n++; Action a = () => Marshal.ReAllocHGlobal(_h, 100); }")]
    [InlineData("foreach (int x in Numbers()) { void* q = NativeMemory.Realloc(p, (nuint)x); }")]
    public Task Valid(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("n += 64; p = NativeMemory.Realloc(p, (nuint)n);",
        "'NativeMemory.Realloc' grows its block by 64 bytes in a loop: each time that it cannot grow in place all of it is copied, up to 134,021,184 bytes in 2,047 calls until glibc on Linux maps the block; growing by a factor, such as doubling, copies less than the final size twice")]
    [InlineData("n++; p = NativeMemory.Realloc(p, (nuint)n * sizeof(long));",
        "'NativeMemory.Realloc' grows its block by 8 bytes in a loop: each time that it cannot grow in place all of it is copied, up to 1,073,283,120 bytes in 16,381 calls until glibc on Linux maps the block; growing by a factor, such as doubling, copies less than the final size twice")]
    [InlineData("n += m; p = NativeMemory.Realloc(p, (nuint)n);",
        "'NativeMemory.Realloc' grows its block by the same amount in a loop: each time that it cannot grow in place all of it is copied; growing by a factor, such as doubling, copies less than the final size twice")]
    [InlineData("n += 100_000; p = NativeMemory.Realloc(p, (nuint)n);",
        "'NativeMemory.Realloc' grows its block by 100,000 bytes in a loop: each time that it cannot grow in place all of it is copied; growing by a factor, such as doubling, copies less than the final size twice")]
    public void Messages(string body, string expected)
        => Assert.Equal(expected, Inspect.Source($"unsafe class C {{ void M(void* p, int n, int m) {{ while (true) {{ {body} }} }} }}", Id).Single().GetMessage());

    private static string Method(string body) =>
        $$"""
        unsafe class C
        {
            int _capacity;
            nint _h;
            static bool Next() => true;
            static int Count() => 3;
            static int[] Numbers() => [1, 2];

            void M(void* p, nint h, int n, int m)
            {
                int used = 0;
                {{body}}
            }
        }
        """;
}
