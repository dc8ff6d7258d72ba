namespace Faultline.Shim.Host;

/// <summary>
/// The real process's own figures: /proc/self/statm (pages) and getrusage(2) (faults). Read without a managed stream, so
/// that looking puts no garbage on the program's GC heap.
/// </summary>
internal unsafe ref struct RealProcess
{
    private const int RusageSelf = 0;

    // struct rusage as 16 words: two timevals, then maxrss, ixrss, idrss, isrss, minflt, majflt …
    private const int RusageWords = 18;
    private const int MinorFaultsWord = 8;
    private const int MajorFaultsWord = 9;

    public ulong VirtualPages;
    public ulong ResidentPages;
    public ulong SharedPages;
    public ulong MinorFaults;
    public ulong MajorFaults;

    /// <summary>What cannot be read stays 0.</summary>
    public static RealProcess Read()
    {
        var process = new RealProcess();
        process.ReadStatm();
        long* usage = stackalloc long[RusageWords];
        if (HostCalls.getrusage(RusageSelf, usage) == 0)
        {
            process.MinorFaults = (ulong)usage[MinorFaultsWord];
            process.MajorFaults = (ulong)usage[MajorFaultsWord];
        }

        return process;
    }

    private void ReadStatm()
    {
        int descriptor = HostCalls.OpenForReading("/proc/self/statm\0"u8);
        if (descriptor < 0)
            return;
        byte* text = stackalloc byte[256];
        nint length = HostCalls.pread(descriptor, text, 256, 0);
        HostCalls.close(descriptor);
        byte* end = text + Math.Max(length, 0);
        VirtualPages = Number(ref text, end);
        ResidentPages = Number(ref text, end);
        SharedPages = Number(ref text, end);
    }

    private static ulong Number(ref byte* at, byte* end)
    {
        ulong value = 0;
        while (at < end && *at is >= (byte)'0' and <= (byte)'9')
            value = value * 10 + (ulong)(*at++ - '0');
        if (at < end)
            at++;
        return value;
    }
}
