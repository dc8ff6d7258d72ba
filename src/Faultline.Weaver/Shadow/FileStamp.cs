namespace Faultline.Weaver.Shadow;

/// <summary>A file's size and time of last change: as with make, a file whose stamp is the same is taken to be the same. A missing file has size -1.</summary>
internal readonly record struct FileStamp(string Path, long Size, long Ticks)
{
    public static FileStamp Of(string path)
    {
        FileInfo file = new(path);
        return file.Exists ? new FileStamp(path, file.Length, file.LastWriteTimeUtc.Ticks) : new FileStamp(path, -1, 0);
    }

    public bool IsCurrent => Of(Path) == this;

    public override string ToString() => $"{Path}|{Size}|{Ticks}";
}
