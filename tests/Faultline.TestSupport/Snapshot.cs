using Xunit;

namespace Faultline.TestSupport;

/// <summary>Compares text with a file under the test project's Snapshots folder; UPDATE_SNAPSHOTS=1 rewrites the file instead.</summary>
public static class Snapshot
{
    public static void Match(string testProject, string name, string actual)
    {
        string path = Repository.Path("tests", testProject, "Snapshots", name);
        actual = actual.ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }

        Assert.True(File.Exists(path), $"no snapshot {path}: run once with UPDATE_SNAPSHOTS=1 and read what it wrote");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);
    }
}
