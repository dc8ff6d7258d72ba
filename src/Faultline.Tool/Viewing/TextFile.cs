namespace Faultline.Tool.Viewing;

/// <summary>Small text files that the command line names.</summary>
internal static class TextFile
{
    /// <summary>Throws <see cref="UsageException"/> with one line where it cannot be read.</summary>
    public static string Read(string path, string wanted)
    {
        if (Directory.Exists(path))
            throw new UsageException($"{path} is a folder: give {wanted}");
        if (!File.Exists(path))
            throw new UsageException($"no such file: {path}");
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {path}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
