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
        string path = Path.GetFullPath(named);
        if (Directory.Exists(path))
            throw new UsageException($"{option} {named} is a folder: give a file");
        try
        {
            // Devices and pipes are written to, not replaced.
            if (path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal))
                return new(path, null, force, new FileStream(path, FileMode.Open, FileAccess.Write));
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
