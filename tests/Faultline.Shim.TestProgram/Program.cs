using System.Diagnostics;
using System.Runtime.InteropServices;
using Faultline.Shim;

namespace Faultline.Shim.TestProgram;

/// <summary>A routed program as the weaver would make it, that does one thing and ends in one way. Its numbers are known to the tests.</summary>
internal static unsafe class Program
{
    private const int Page = 4096;

    private static int Main(string[] arguments)
    {
        switch (arguments[0])
        {
            case "return":
                Work();
                return 7;
            case "exit":
                Work();
                Environment.Exit(8);
                return 0;
            case "throw":
                Work();
                throw new InvalidOperationException("on purpose");
            case "failfast":
                Work();
                Thread.Sleep(1500);
                Environment.FailFast("on purpose");
                return 0;
            case "killed":
                Work();
                Thread.Sleep(1500);
                // Too small for a page of its own: whether a snapshot was taken since or not, counters and tags tell of it.
                NativeMemoryShim.Alloc(345, 4);
                kill(Environment.ProcessId, 9);
                return 0;
            case "exit-handler":
                Work();
                AppDomain.CurrentDomain.ProcessExit += (_, _) => NativeMemoryShim.Alloc(2000, 5);
                Thread.Sleep(800);
                return 0;
            case "children":
                Work();
                return RunChildren(arguments[1]);
            case "wrong":
                return DoWrong();
            case "session":
                return SessionProgram.Run();
            case "session-compiled":
                CompiledRouting.Register("TestProgram", 20, "1\t\tPrograms.Program\tWork\tNativeMemory.Alloc\t12\tProgram.cs\n2\t\tPrograms.Program\tWork\tNativeMemory.Alloc\t13\tProgram.cs\n", "", report: null);
                return SessionProgram.Run();
            case "session-late":
                CompiledRouting.Register("TestProgram", 20, "", "", report: null);
                Work();
                return SessionProgram.OtherOptions();
            case "aligned":
                return AllocateAligned();
            case "aligned-compiled":
                CompiledRouting.Register("TestProgram", 20, "", "", report: null);
                return AllocateAligned();
            case "base":
                Console.WriteLine(AppContext.BaseDirectory);
                return 0;
            default:
                return 100;
        }
    }

    /// <summary>Site 1: ten blocks of 100 bytes, all live. Site 2: a block of 1 MiB of which ten pages more are written. Site 3: freed.</summary>
    internal static void Work()
    {
        for (int i = 0; i < 10; i++)
            *(int*)NativeMemoryShim.Alloc(100, 1) = i;
        byte* block = (byte*)NativeMemoryShim.Alloc(1 << 20, 2);
        for (int i = 1; i <= 10; i++)
            block[i * Page] = 1;
        NativeMemoryShim.Free(NativeMemoryShim.AllocZeroed(50, 10, 3), 3);
    }

    /// <summary>0 where an alignment of 48 is taken, else errno.</summary>
    private static int AllocateAligned() => LibcShim.aligned_alloc(48, 100, 1) != null ? 0 : Marshal.GetLastSystemError();

    /// <summary>What the children inherit, and what happens to a child that is given the session on purpose.</summary>
    private static int RunChildren(string session)
    {
        using Process environment = Process.Start(new ProcessStartInfo("/usr/bin/env") { RedirectStandardOutput = true })!;
        Console.Write(environment.StandardOutput.ReadToEnd());
        // The C library's environment, which a child of native code would inherit.
        Console.WriteLine("native:" + (Marshal.PtrToStringUTF8(getenv("FAULTLINE_SESSION")) ?? "none"));
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(Program).Assembly.Location, "return"]);
        start.Environment["FAULTLINE_SESSION"] = session;
        using Process child = Process.Start(start)!;
        child.WaitForExit();
        return child.ExitCode;
    }

    private static int DoWrong()
    {
        byte* block = (byte*)NativeMemoryShim.Alloc(100, 1);
        block[100] = 1;
        NativeMemoryShim.Free(block, 2);
        NativeMemoryShim.Free(block, 3);
        NativeMemoryShim.Free((byte*)NativeMemoryShim.Alloc(500, 4) + 32, 5);
        byte* freed = (byte*)NativeMemoryShim.Alloc(200, 6);
        NativeMemoryShim.Free(freed, 7);
        freed[1] = 1;
        NativeMemoryShim.Free(NativeMemory.Alloc(100), 8);
        return 0;
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);

    [DllImport("libc")]
    private static extern nint getenv(string name);
}
