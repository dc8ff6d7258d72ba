using System.Text;

namespace Faultline.Tool;

/// <summary>A file that has its name only when it is whole: written beside it under a temporary name, then renamed.</summary>
internal sealed class NewFile : IDisposable
{
    private readonly string _path;
    private readonly string? _temporary;
    private readonly bool _force;

    private NewFile(string path, string? temporary, bool force, FileStream stream)
    {
        _path = path;
        _temporary = temporary;
        _force = force;
        Stream = stream;
    }

    public FileStream Stream { get; }

    /// <summary>For the file that an option names. Throws <see cref="UsageException"/> where the file is there already and not forced, or cannot be made.</summary>
    public static NewFile Create(string named, bool force, string option = "--output")
    {
        try
        {
            // Devices and pipes are written to, not replaced: /dev/stdout, /dev/null, a shell's >(…).
            if (Path.GetFullPath(named) is { } device && (device.StartsWith("/dev/", StringComparison.Ordinal) || device.StartsWith("/proc/", StringComparison.Ordinal)))
                return new(device, null, force, new FileStream(device, FileMode.Open, FileAccess.Write));
            string path = FinalTarget(named);
            if (Directory.Exists(path))
                throw new UsageException($"{option} {named} is a folder: give a file");
            if (File.Exists(path) && !force)
                throw new UsageException($"{option} {named} exists: give another name, or --force to overwrite it");
            if (!Directory.Exists(Path.GetDirectoryName(path)))
                throw new UsageException($"{option} {named}: there is no folder {Path.GetDirectoryName(path)}");
            string temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Environment.ProcessId}.tmp");
            return new(path, temporary, force, new FileStream(temporary, FileMode.CreateNew, FileAccess.Write));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"cannot write {option} {named}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>The file that a link names is replaced and not the link; a file that is not there yet has no target.</summary>
    private static string FinalTarget(string named)
    {
        FileInfo file = new(named);
        return (file.LinkTarget == null ? null : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName) ?? file.FullName;
    }

    /// <summary>A whole text to the file, or to standard output where there is none.</summary>
    public static void Put(NewFile? file, TextWriter output, Action<Stream> write)
    {
        using MemoryStream whole = new();
        write(whole);
        if (file == null)
        {
            output.Write(Encoding.UTF8.GetString(whole.ToArray()));
            return;
        }

        whole.WriteTo(file.Stream);
        file.Commit();
    }

    /// <summary>Gives the file its name.</summary>
    public void Commit()
    {
        Stream.Dispose();
        if (_temporary != null)
            File.Move(_temporary, _path, _force);
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (_temporary != null)
            File.Delete(_temporary);
    }
}
