using System.Globalization;
using Faultline.Shim.Host;

namespace Faultline.Shim.Runtime;

/// <summary>
/// What an unrouted program costs for real, kept by the process itself: from the moment before its Main to its orderly end, so that
/// the runtime's start is not in it. Source of sizes: VmRSS and VmHWM of /proc/self/status.
/// </summary>
internal static class ProcessFigures
{
    /// <summary>Names the file for resident bytes at most and at the end, above those before Main, and minor faults since; one line, blanks between.</summary>
    public const string EnvironmentVariable = "FAULTLINE_FIGURES";

    /// <summary>Whether the environment asks for it. Needs the base library only: nothing is loaded for the others' sake.</summary>
    public static bool KeepIfAsked()
    {
        string? path = Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (string.IsNullOrEmpty(path))
            return false;
        SessionEnvironment.TakeFigures();
        ulong resident = ReadStatus().Resident, faults = RealProcess.Read().MinorFaults;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Write(path, resident, faults);
        return true;
    }

    private static void Write(string path, ulong residentBefore, ulong faultsBefore)
    {
        ulong faults = RealProcess.Read().MinorFaults - faultsBefore;
        (ulong resident, ulong peak) = ReadStatus();
        // The end has less than the start where the kernel took pages away.
        ulong Above(ulong now) => now - Math.Min(residentBefore, now);
        File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"{Above(peak)} {Above(resident)} {faults}\n"));
    }

    private static unsafe (ulong Resident, ulong Peak) ReadStatus()
    {
        const int Most = 4096;
        byte* text = stackalloc byte[Most];
        int descriptor = HostCalls.OpenForReading("/proc/self/status\0"u8);
        if (descriptor < 0)
            return default;
        nint length = HostCalls.pread(descriptor, text, Most, 0);
        HostCalls.close(descriptor);
        ReadOnlySpan<byte> status = new(text, (int)Math.Max(length, 0));
        return (Bytes(status, "\nVmRSS:"u8), Bytes(status, "\nVmHWM:"u8));
    }

    private static ulong Bytes(ReadOnlySpan<byte> status, ReadOnlySpan<byte> field)
    {
        int at = status.IndexOf(field);
        if (at < 0)
            return 0;
        ulong kilobytes = 0;
        foreach (byte c in status[(at + field.Length)..])
        {
            if (c is >= (byte)'0' and <= (byte)'9')
                kilobytes = kilobytes * 10 + (ulong)(c - '0');
            else if (kilobytes > 0)
                break;
        }

        return kilobytes * 1024;
    }
}
