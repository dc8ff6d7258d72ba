using System.Runtime.InteropServices;

namespace Faultline.Testing.TestProgram;

/// <summary>What tests of other frameworks call.</summary>
internal static class Calls
{
    public static int Run(string name)
    {
        try
        {
            Action call = name switch
            {
                "fine" => () => NativeLimits.Check(Fine, faults: 10, memory: "1 KB", leaks: "0 B"),
                "leak" => () => NativeLimits.Check(Leak, faults: 10, memory: "2 KB", leaks: "0 B"),
                "scope" => Scope,
                "async" => () => NativeLimits.CheckAsync(async () => await Task.Run(Leak), memory: "1.5 KiB").GetAwaiter().GetResult(),
                "body throws" => () => NativeLimits.Check(Throw, leaks: "0 B"),
                "no limit" => () => NativeLimits.Check(() => { }),
                "negative" => () => NativeLimits.Check(() => { }, faults: -1),
                "bad size" => () => NativeLimits.Check(() => { }, memory: "24 XB"),
                _ => throw new ArgumentException(name),
            };
            call();
            Console.WriteLine("fine");
            return 0;
        }
        catch (Exception e)
        {
            Console.WriteLine($"{e.GetType().Name}: {e.Message}");
            return 1;
        }
    }

    private static unsafe void Fine() => NativeMemory.Free(NativeMemory.Alloc(100));

    private static unsafe void Leak() => NativeMemory.Alloc(2000);

    private static void Throw()
    {
        Leak();
        throw new InvalidOperationException("of the body");
    }

    private static unsafe void Scope()
    {
        using (NativeLimits.Begin(memory: "1 KB"))
            NativeMemory.Free(NativeMemory.Alloc(1000));
        using (NativeLimits.Begin(memory: "1 KB"))
            NativeMemory.Free(NativeMemory.Alloc(1100));
    }
}
