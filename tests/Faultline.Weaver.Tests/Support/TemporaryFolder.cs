namespace Faultline.Weaver.Tests.Support;

/// <summary>Folders below one that is removed when the tests end.</summary>
internal static class TemporaryFolder
{
    private static readonly string Root = MakeRoot();
    private static int count;

    public static string Create(string name)
        => Directory.CreateDirectory(Path.Combine(Root, $"{Interlocked.Increment(ref count):000}-{name}")).FullName;

    private static string MakeRoot()
    {
        string root = Directory.CreateTempSubdirectory("faultline-weaver-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        return root;
    }
}
