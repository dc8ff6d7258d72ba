using Faultline.Analyzers.Tests.Support;
using Faultline.CodeFixes;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>Sources in which a fix would lose a comment or break what another configuration or context compiles: it is not offered, or leaves it alone.</summary>
public class HardFixTests
{
    [Fact]
    public Task Not_offered_where_a_loop_has_variants() => Unchanged<HoistFix>("FLT0004",
        """
        class C
        {
            void M(int n)
            {
                for (int i = 0; i < n; i++)
                {
                    nint p = [|Marshal.AllocHGlobal(64)|];
        #if DEBUG
                    Marshal.WriteByte(p, (byte)i);
        #endif
                    Marshal.FreeHGlobal(p);
                }
            }
        }
        """);

    [Fact]
    public Task Not_offered_where_another_configuration_may_free() => Unchanged<StackallocFix>("FLT0005",
        """
        unsafe class C
        {
            int M(int a)
            {
                int* p = (int*)[|NativeMemory.Alloc(16)|];
                p[0] = a;
                int r = p[0];
        #if PLAIN
                Native.free(p);
        #else
                NativeMemory.Free(p);
        #endif
                return r;
            }
        }
        """);

    [Fact]
    public Task Not_offered_where_only_one_configuration_clears() => Unchanged<AllocZeroedFix>("FLT0007",
        """
        unsafe class C
        {
            void* M(nuint n)
            {
                void* p = [|NativeMemory.Alloc(n)|];
        #if !FAST
                NativeMemory.Clear(p, n);
        #endif
                return p;
            }
        }
        """);

    [Fact]
    public Task Not_offered_in_an_iterator_which_is_a_safe_context() => Unchanged<NativeMemoryFix>("FLT0010",
        """
        unsafe class C
        {
            IEnumerable<int> M()
            {
                nint p = [|Marshal.AllocHGlobal(16)|];
                try
                {
                    yield return Marshal.ReadInt32(p);
                }
                finally
                {
                    Marshal.FreeHGlobal(p);
                }
            }
        }
        """);

    [Fact]
    public Task CodeFix_keeps_the_comments_of_a_finally() => FixTest<StackallocFix>.Run("FLT0005",
        """
        unsafe class C
        {
            int M(Stream s)
            {
                int* p = (int*)[|NativeMemory.Alloc(16)|];
                try
                {
                    p[0] = s.ReadByte();
                    return p[0];
                }
                finally // whatever happens
                {
                    NativeMemory.Free(p); // not later
                }
            }
        }
        """,
        """
        unsafe class C
        {
            int M(Stream s)
            {
                Span<int> p = stackalloc int[4];
                p[0] = s.ReadByte();
                return p[0];
                // whatever happens
                // not later
            }
        }
        """);

    private static Task Unchanged<TFix>(string id, string source)
        where TFix : Microsoft.CodeAnalysis.CodeFixes.CodeFixProvider, new()
        => FixTest<TFix>.Run(id, source, source);
}
