using System.Runtime.InteropServices;
using Faultline.Libc;
using Faultline.Shim.Engine;
using Faultline.Shim.Runtime;

namespace Faultline.Shim.Host;

/// <summary>The C library that the program itself runs on, where it is another than the one that is simulated.</summary>
internal static class HostLibc
{
    /// <summary>The note that reports show beside the libc's name.</summary>
    public const string NoteKind = "host-libc";

    public static void Describe(FindingLog findings, LibcProfile simulated)
    {
        if (Version() is { } version && Difference(version, simulated, OwnSession.Options != null) is { } text)
            findings.Note(NoteKind, text);
    }

    /// <summary>Null where the simulated glibc is this version's.</summary>
    internal static string? Difference(string version, LibcProfile simulated, bool isOwnSession)
        => simulated.Versions.Contains(version) ? null
        : LibcProfile.ForVersion(version) is not { } profile ? $"this machine has {version}, which is not modelled"
        : $"this machine has {version}: {(isOwnSession ? $"{OwnSession.LibcVariable}=" : "--libc ")}{profile}";

    /// <summary>Null where the C library is no glibc.</summary>
    private static string? Version()
    {
        try
        {
            return Marshal.PtrToStringUTF8(gnu_get_libc_version());
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [DllImport("libc")]
    private static extern nint gnu_get_libc_version();
}
