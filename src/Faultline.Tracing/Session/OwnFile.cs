namespace Faultline.Tracing.Session;

/// <summary>
/// A file that a program writes about itself, named by an environment variable: under a temporary name beside it until it is whole. What is there
/// already is kept.
/// </summary>
public sealed class OwnFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;

    private OwnFile(string path, string temporary)
    {
        _path = path;
        _temporary = temporary;
        Stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
    }

    public FileStream Stream { get; }

    /// <summary>
    /// Null, with a line on standard error, where the file is there already. Throws <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/> where
    /// it cannot be made.
    /// </summary>
    public static OwnFile? Create(string named, string variable)
    {
        string path = Path.GetFullPath(named);
        if (!File.Exists(path))
            return new(path, Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Environment.ProcessId}.tmp"));
        Console.Error.WriteLine($"faultline: {variable}={named} exists and is not overwritten: delete it, or put %p, the process's number, into the name");
        return null;
    }

    /// <summary>Gives the file its name. Throws <see cref="IOException"/> where another has it by now.</summary>
    public void Commit()
    {
        Stream.Dispose();
        File.Move(_temporary, _path, overwrite: false);
    }

    public void Dispose()
    {
        Stream.Dispose();
        File.Delete(_temporary);
    }
}
