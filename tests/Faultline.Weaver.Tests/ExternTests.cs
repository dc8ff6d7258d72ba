using Faultline.Weaver.Tests.Support;

namespace Faultline.Weaver.Tests;

/// <summary>P/Invokes into the C library, with the signatures that people write.</summary>
public class ExternTests
{
    [Fact]
    public void Signatures_of_all_kinds() => TestApplication.Compile("""
        unsafe
        {
            Native.free(Native.malloc(10)); // routed 2
            Native.Free(Native.Allocate(10)); // routed 2
            Native.Free(Native.Allocate(10L)); // routed 2
            void* block = Native.realloc(null, 100); // routed 1
            Console.WriteLine(Native.malloc_usable_size((nint)block)); // routed 1
            Native.Free((ulong)(nint)block); // routed 1

            nint aligned;
            Console.WriteLine(Native.posix_memalign(out aligned, 64, 10)); // routed 1
            Native.free(aligned); // routed 1
            Holder holder = new();
            Console.WriteLine(Native.posix_memalign(out holder.Block, 4096, 10)); // routed 1
            Console.WriteLine(holder.Block % 4096);
            Native.free(holder.Block); // routed 1
            void* raw;
            Console.WriteLine(Native.PosixMemalign(&raw, 3, 10)); // routed 1

            long map = Native.mmap(0, 8192, Protection.Read | Protection.Write, 0x22, -1, 0); // routed 1
            Console.WriteLine(Native.madvise(map, 8192, 4)); // routed 1
            map = Native.Remap(map, 8192, 16384, 1); // routed 1
            Console.WriteLine(Native.munmap((void*)map, 16384)); // routed 1
            Console.WriteLine(Native.munmap((void*)1, 16384)); // routed 1
            Console.WriteLine(Marshal.GetLastPInvokeError());
            Native.FreeAnswers(Native.malloc(1)); // routed 2
        }

        class Holder
        {
            public nint Block;
        }

        enum Protection : uint
        {
            Read = 1,
            Write = 2,
        }

        internal static unsafe class Native
        {
            [DllImport("libc")] public static extern nint malloc(nuint size);
            [DllImport("libc.so.6", EntryPoint = "malloc")] public static extern byte* Allocate(int size);
            [DllImport("libc", EntryPoint = "malloc", CallingConvention = CallingConvention.Cdecl)] public static extern byte* Allocate(long size);
            [DllImport("libc")] public static extern void free(IntPtr block);
            [DllImport("libc", EntryPoint = "free")] public static extern void Free(byte* block);
            [DllImport("libc", EntryPoint = "free")] public static extern void Free(ulong block);
            [DllImport("libc", EntryPoint = "free")] public static extern int FreeAnswers(nint block);
            [DllImport("libc")] public static extern void* realloc(void* block, ulong size);
            [DllImport("libc")] public static extern long malloc_usable_size(nint block);
            [DllImport("libc")] public static extern int posix_memalign(out nint block, nuint alignment, nuint size);
            [DllImport("libc", EntryPoint = "posix_memalign")] public static extern int PosixMemalign(void** block, int alignment, int size);
            [DllImport("libc", SetLastError = true)] public static extern long mmap(nint address, ulong length, Protection protection, int flags, int fd, long offset);
            [DllImport("libc", EntryPoint = "mremap")] public static extern long Remap(long address, nuint from, nuint to, int flags);
            [DllImport("libc")] public static extern int madvise(long address, long length, int advice);
            [DllImport("libc", SetLastError = true)] public static extern int munmap(void* address, nuint length);
        }
        """).RunBoth();

    [Fact]
    public void The_user_s_line_is_the_site_through_a_generated_stub()
    {
        RoutedRun run = TestApplication.Compile("""
            unsafe
            {
                nint block = Native.malloc(100); // routed 1
                Console.WriteLine(Native.Unmap(0, 100)); // routed 1
                Native.free(block); // routed 1
                Console.WriteLine(Native.posix_memalign(out nint aligned, 64, 100)); // routed 1
                Native.free(aligned); // routed 1
                Console.WriteLine(Native.Unmap(1, 100)); // routed 1
                Console.WriteLine(Marshal.GetLastPInvokeError());
            }

            internal static partial class Native
            {
                [LibraryImport("libc")] public static partial nint malloc(nuint size);
                [LibraryImport("libc")] public static partial void free(nint block);
                [LibraryImport("libc", SetLastError = true)] public static partial int posix_memalign(out nint block, nuint alignment, nuint size);
                [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)] public static partial int Unmap(nint address, nuint length);
            }
            """, new CompileOptions { LibraryImports = true }).RunBoth();
        Assert.Empty(run.Plan.Summary.UnroutedCalls);
    }

    [Fact]
    public void Reflection_and_other_ways_around_are_routed_under_the_extern_s_own_site()
    {
        TestApplication app = TestApplication.Compile("""
            MethodInfo malloc = typeof(Native).GetMethod("malloc", BindingFlags.NonPublic | BindingFlags.Static)!;
            Console.WriteLine((nint)malloc.Invoke(null, [(nuint)10])! != 0);

            internal static class Native
            {
                [DllImport("libc")] private static extern nint malloc(nuint size);
            }
            """);
        RoutedRun run = RoutedRun.Run(app.Weave());
        Assert.Equal(app.RunPlain().Output, run.Result.Output);
        (int id, int calls) = Assert.Single(run.CallsBySite);
        Assert.Equal(1, calls);
        Assert.Equal("App!Native.malloc", run.Site(id).Display);
    }

    [Fact]
    public void An_extern_of_another_assembly_has_the_caller_s_line()
    {
        string folder = TemporaryFolder.Create("app");
        string library = Compiler.Compile("Bindings", folder, new CompileOptions { IsLibrary = true, LibraryImports = true }, """
            using System.Runtime.CompilerServices;
            using System.Runtime.InteropServices;

            [assembly: InternalsVisibleTo("App")]

            namespace Bindings
            {
                public static partial class Memory
                {
                    [DllImport("libc")] public static extern nint malloc(nuint size);
                    [DllImport("libc")] internal static extern void free(nint block);
                    [LibraryImport("libc", SetLastError = true)] internal static partial int munmap(nint address, nuint length);
                }
            }
            """);
        RoutedRun run = TestApplication.Compile("""
            Func<nuint, nint> allocate = Bindings.Memory.malloc; // routed 1
            Bindings.Memory.free(Bindings.Memory.malloc(5)); // routed 2
            Bindings.Memory.free(allocate(5)); // routed 1
            Console.WriteLine(Bindings.Memory.munmap(1, 5)); // routed 1
            """, new CompileOptions { References = [library] }, folder).RunBoth();
        Assert.Equal(["Bindings", "App"], run.Plan.Summary.Routed.Select(assembly => assembly.Name));
    }

    [Fact]
    public void What_no_facade_can_stand_for_is_left_and_reported()
    {
        RoutedRun run = TestApplication.Compile("""
            Console.WriteLine(Native.strdup("text") != 0);
            Native.FreeHandle(new SafeBlock());
            try
            {
                Native.Other(5);
            }
            catch (DllNotFoundException)
            {
                Console.WriteLine("no such library");
            }

            class SafeBlock : SafeHandle
            {
                public SafeBlock() : base(0, true) { }
                public override bool IsInvalid => false;
                protected override bool ReleaseHandle() => true;
            }

            internal static unsafe class Native
            {
                [DllImport("libc")] public static extern nint mmap(void* address, nuint length, int protection, int flags, int file, nint offset, int extra = 0);
                [DllImport("libc")] public static extern nint strdup(string text);
                [DllImport("libc", EntryPoint = "free")] public static extern void FreeHandle(SafeBlock block);
                [DllImport("no_such_allocator", EntryPoint = "malloc")] public static extern nint Other(nuint size);
            }
            """).RunBoth();
        Assert.Equal(
            ["free: its parameter of type SafeBlock needs the marshaller", "malloc: imported from 'no_such_allocator', which is not the C library",
                "mmap: declared with 7 parameters, where C has 6", "strdup: no facade stands for this function: it acts on the real heap"],
            run.Plan.Summary.UnroutedCalls.Select(call => $"{call.Api}: {call.Reason}").Order());
    }
}
