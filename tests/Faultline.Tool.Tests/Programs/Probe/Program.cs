using System.Diagnostics;
using System.Runtime.InteropServices;

// Ends, reads and writes in the ways that a tool around it must pass through unchanged. It allocates one block, so that
// there is something to report.
unsafe
{
    void* block = NativeMemory.Alloc(1000);
    *(byte*)block = 1;
    NativeMemory.Free(block);
}

switch (args)
{
    case ["arguments", .. string[] rest]:
        Console.WriteLine(string.Join('|', rest));
        return 0;
    case ["copy"]:
        Console.Out.Write(Console.In.ReadToEnd().ToUpperInvariant());
        Console.Error.Write("copied");
        return 0;
    case ["exit", string code]:
        return int.Parse(code);
    case ["kill"]:
        Process.GetCurrentProcess().Kill();
        return 0;
    case ["wait", string signal]:
        return WaitFor(Enum.Parse<PosixSignal>(signal));
    default:
        return 99;
}

static int WaitFor(PosixSignal signal)
{
    int times = 0;
    using PosixSignalRegistration registration = PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Interlocked.Increment(ref times);
    });
    Console.WriteLine("ready");
    for (int i = 0; i < 300 && Volatile.Read(ref times) == 0; i++)
        Thread.Sleep(50);
    // A signal that was sent twice by mistake arrives within this.
    Thread.Sleep(300);
    Console.WriteLine($"{signal} came {times} times");
    return 10 + times;
}
