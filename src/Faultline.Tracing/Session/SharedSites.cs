using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static Faultline.Tracing.Session.SessionMemory;

namespace Faultline.Tracing.Session;

/// <summary>
/// A program's call sites as the tool hands them to it, for those who ask for figures by site in the program itself: a file in memory
/// (memfd) of one line a site, which nobody reads who does not ask. Sites that the program itself brings (routed by the compiler) come
/// behind, so that the tool can name them too. Valid until <see cref="Dispose"/>.
/// </summary>
public sealed class SharedSites : IDisposable
{
    /// <summary>The environment variable by which the program finds the file's path.</summary>
    public const string EnvironmentVariable = "FAULTLINE_SITES";

    private readonly FileStream _file;

    private SharedSites(FileStream file, string path)
    {
        _file = file;
        Path = path;
    }

    /// <summary>By which a process of the same user opens the file while this one lives.</summary>
    public string Path { get; }

    /// <summary>Throws <see cref="IOException"/> where the host refuses the memory.</summary>
    public static SharedSites Create(IEnumerable<CallSite> sites)
    {
        int descriptor = memfd_create("faultline-sites", CloseOnExec);
        if (descriptor < 0)
            throw new IOException($"memfd_create failed with errno {Marshal.GetLastSystemError()}");
        FileStream file = new(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.ReadWrite);
        file.Write(Encoding.UTF8.GetBytes(CallSiteLines.Format(sites)));
        file.Flush();
        return new(file, $"/proc/{Environment.ProcessId}/fd/{descriptor}");
    }

    /// <summary>The sites of such a file, in its order. Throws <see cref="IOException"/> where it cannot be read, <see cref="InvalidDataException"/> where it is none.</summary>
    public static IReadOnlyList<CallSite> Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file, Encoding.UTF8);
        return CallSiteLines.Parse(reader.ReadToEnd());
    }

    /// <summary>Puts further sites behind those of a file. For one writer at a time.</summary>
    public static void Append(string path, IEnumerable<CallSite> sites)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.UTF8.GetBytes(CallSiteLines.Format(sites)));
    }

    public void Dispose() => _file.Dispose();
}
