using Faultline.Weaver.Tests.Support;

namespace Faultline.Weaver.Tests;

/// <summary>Delegates and function pointers have no place for a site; their thunks have the line where the pointer was taken.</summary>
public class FunctionPointerTests
{
    [Fact]
    public void Delegates_and_function_pointers() => TestApplication.Compile("""
        unsafe
        {
            Func<int, nint> allocate = Marshal.AllocHGlobal; // routed 1
            Action<nint> free = Marshal.FreeHGlobal; // routed 1
            free(allocate(10));

            delegate*<nuint, void*> pointer = &NativeMemory.Alloc; // routed 2
            delegate*<void*, void> release = &NativeMemory.Free; // routed 2
            for (int i = 0; i < 2; i++)
                release(pointer(100));

            delegate*<nuint, nint> malloc = &Native.malloc; // routed 1
            Action<nint> freeNative = Native.Release;
            freeNative(malloc(8));
        }

        Console.WriteLine(string.Join(",", new[] { 8, 16 }.Select(Marshal.AllocCoTaskMem).Select(block => block != 0))); // routed 2

        internal static class Native
        {
            [DllImport("libc")]
            public static extern nint malloc(nuint size);

            public static Action<nint> Release => free; // routed 1

            [DllImport("libc")]
            private static extern void free(nint block);
        }
        """).RunBoth();

    [Fact]
    public void A_function_looked_up_by_name_is_reported()
    {
        TestApplication app = TestApplication.Compile("""
            unsafe
            {
                nint libc = NativeLibrary.Load("libc.so.6");
                var malloc = (delegate* unmanaged<nuint, nint>)NativeLibrary.GetExport(libc, "malloc");
                Console.WriteLine(malloc(10) != 0);
                Marshal.FreeHGlobal(Marshal.AllocHGlobal(1)); // routed 2
            }
            """);
        RoutedRun run = app.RunBoth();
        UnroutedCall call = Assert.Single(run.Plan.Summary.UnroutedCalls);
        Assert.Equal(("malloc", "App"), (call.Api, call.Place));
        Assert.Contains("looked up by name", call.Reason);
    }

    [Fact]
    public void A_method_captured_by_an_expression_tree_is_reported()
    {
        RoutedRun run = TestApplication.Compile("""
            System.Linq.Expressions.Expression<Func<nint>> tree = () => Marshal.AllocHGlobal(1);
            Console.WriteLine(tree.Compile()() != 0);
            """).RunBoth();
        UnroutedCall call = Assert.Single(run.Plan.Summary.UnroutedCalls);
        Assert.Equal(("Marshal.AllocHGlobal", "App!Program.Main"), (call.Api, call.Place));
        Assert.Contains("expression tree", call.Reason);
    }
}
