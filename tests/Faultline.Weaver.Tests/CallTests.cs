using Faultline.Weaver.Tests.Support;

namespace Faultline.Weaver.Tests;

/// <summary>Calls in every place where C# can write one: same behaviour, right lines, right counts.</summary>
public class CallTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Calls_in_all_kinds_of_places(bool optimize) => TestApplication.Compile("""
        using static System.Runtime.InteropServices.NativeMemory;

        unsafe
        {
            void* block = Alloc(100); // routed 1
            block = Realloc(block, 200); // routed 1
            Free(block); // routed 1
            nint handle = Marshal.AllocHGlobal(cb: 10); // routed 1
            Marshal.FreeHGlobal(handle); // routed 1
            for (int i = 0; i < 5; i++)
                Free(AllocZeroed(3, 7)); // routed 10
        }

        Func<nint> lambda = () => Marshal.AllocHGlobal(64); // routed 1
        Marshal.FreeHGlobal(lambda()); // routed 1
        Console.WriteLine(Texts().Count());
        Console.WriteLine(await Later(3));
        Console.WriteLine(new Pool<string>().Size);
        Console.WriteLine($"{Local(2)} {string.Join(",", new[] { 1, 2 }.Select(n => Freed(Marshal.AllocCoTaskMem(n))))}"); // routed 2

        static int Local(int n)
        {
            Marshal.FreeCoTaskMem(Marshal.AllocCoTaskMem(n)); // routed 2
            return n;
        }

        static bool Freed(nint block)
        {
            Marshal.FreeCoTaskMem(block); // routed 2
            return true;
        }

        static IEnumerable<int> Texts()
        {
            nint text = Marshal.StringToHGlobalAnsi("text"); // routed 1
            yield return 1;
            try
            {
                yield return 2;
            }
            finally
            {
                Marshal.FreeHGlobal(text); // routed 1
            }
        }

        static async Task<int> Later(int n)
        {
            nint block = Marshal.AllocHGlobal(n); // routed 1
            await Task.Yield();
            try
            {
                await Task.Delay(1);
                return n;
            }
            finally
            {
                Marshal.FreeHGlobal(block); // routed 1
            }
        }

        class Base
        {
            public Base(nint block) => Marshal.FreeHGlobal(block); // routed 1
        }

        class Pool<T> : Base
        {
            private readonly nint text = Marshal.StringToBSTR("abc"); // routed 1

            public Pool()
                : base(Marshal.AllocHGlobal(16)) // routed 1
            {
            }

            public int Size
            {
                get
                {
                    Marshal.FreeBSTR(text); // routed 1
                    return Measure<int>();
                }
            }

            private static int Measure<U>() where U : unmanaged
            {
                Marshal.FreeHGlobal(Marshal.AllocHGlobal(Marshal.SizeOf<U>())); // routed 2
                return Marshal.SizeOf<U>();
            }
        }
        """, new CompileOptions { Optimize = optimize }).RunBoth();
}
