using System.Globalization;

namespace Faultline.Kernel.Tests;

/// <summary>A test that reads this machine's /proc/slabinfo, which only root may.</summary>
public sealed class SlabInfoFactAttribute : FactAttribute
{
    private const string Release = "6.18.";

    public SlabInfoFactAttribute()
    {
        try
        {
            string release = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
            if (!release.StartsWith(Release, StringComparison.Ordinal))
                Skip = $"SKIPPED: this machine's kernel is {release}, the model is of {Release}x";
            else if (!File.ReadAllText("/proc/slabinfo").StartsWith("slabinfo - version: 2.1\n", StringComparison.Ordinal))
                Skip = "SKIPPED: this machine's /proc/slabinfo is of another version";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Skip = $"SKIPPED: /proc/slabinfo cannot be read, so slab sizes cannot be held against this kernel: {e.Message}";
        }
    }
}

public sealed class LiveSlabInfoTests
{
    [SlabInfoFact]
    public void EverySlabOfThisKernelIsLaidOutAsTheModelSays()
    {
        int compared = 0;
        foreach (string[] words in Lines())
        {
            (uint size, int objects, int pages) = (uint.Parse(words[3], CultureInfo.InvariantCulture), Int(words[4]), Int(words[5]));
            SlabGeometry found = SlabGeometry.ForSize(size, size, Environment.ProcessorCount);
            Assert.Equal((words[0], objects, pages), (words[0], found.Objects, 1 << found.Order));
            compared++;
        }

        Assert.True(compared > 50, $"only {compared} caches");
    }

    [SlabInfoFact]
    public void TheTextHasTheKernelsFrame()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        string[] live = File.ReadAllText("/proc/slabinfo").Split('\n');
        Assert.Equal(live[..2], SlabInfo.Text(machine).Split('\n')[..2]);
        foreach (string line in live.Skip(2).Where(line => line != ""))
        {
            string[] words = Words(line);
            Assert.Equal(line + "\n", SlabInfo.Line(words[0], ULong(words[1]), ULong(words[2]), uint.Parse(words[3], CultureInfo.InvariantCulture), Int(words[4]), Int(words[5]), ULong(words[14])));
        }
    }

    private static IEnumerable<string[]> Lines() => File.ReadAllText("/proc/slabinfo").Split('\n').Skip(2).Where(line => line != "").Select(Words);

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static int Int(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static ulong ULong(string word) => ulong.Parse(word, CultureInfo.InvariantCulture);
}
