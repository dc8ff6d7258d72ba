using System.Globalization;
using CsCheck;

namespace Faultline.Kernel.Tests;

/// <summary>
/// The same steps on the model and on this machine's kernel: answers, minor faults, refused accesses, page-table memory, number of
/// areas, and in the end every page's state must be the same.
/// </summary>
public sealed class DifferentialTests
{
    /// <summary>The anonymous rows of the table of faults, and what else was once measured by hand; 2048 pages are 8 MiB.</summary>
    private static readonly string[] s_table =
    [
        "M 0 2048 3", "R 0 2048", "W 0 2048", "A 0 2048 4", "W 0 2048", "U 0 2048",
        "M 0 2048 3", "A 0 2048 14", "W 0 2048", "A 0 2048 4", "R 0 2048", "W 0 2048", "A 10 1 4", "W 0 2048", "P 512 1 1", "P 512 1 3", "W 0 2048",
        "F 1", "W 0 2048", "W 0 2048", "P 0 2048 1", "P 0 2048 3", "W 0 2048", "U 0 2048",
        "m 0 2048 3", "W 0 2048", "F 1", "W 0 2048", "W 0 2048", "P 0 2048 0", "R 0 16", "P 0 2048 3", "W 0 2048", "U 0 2048",
        "M 0 2048 3", "A 0 2048 22", "A 0 2048 23", "W 0 2048", "F 2", "R 0 2048", "W 0 1024", "W 0 2048", "U 0 2048",
        "M 0 2048 3", "R 0 2048", "F 1", "R 0 2048", "W 0 1", "F 1", "R 0 2048",
    ];

    [RealKernelFact]
    public void TheTableOfFaults() => Compare(s_table);

    [RealKernelFact]
    public void RandomSteps() => s_script.Sample(Compare, iter: Check.Iter / 2, threads: 1);

    /// <summary>Files in memory, and memory shared with children.</summary>
    [RealKernelFact]
    public void SharedMemory() => FileScripts.InMemory.Sample(Compare, iter: Check.Iter / 4, threads: 1);

    /// <summary>Files on a disk whose file system makes large folios.</summary>
    [RealKernelFact]
    public void FilesOnADisk()
    {
        if (FileScripts.WhyDiskDiffers is { } reason)
            Assert.Fail(reason);
        FileScripts.OnDisk.Sample(Compare, iter: Check.Iter / 4, threads: 1);
    }

    private static readonly Gen<string> s_step =
        from kind in Gen.Frequency((6, Gen.Const('W')), (4, Gen.Const('R')), (5, Gen.Const('M')), (1, Gen.Const('m')), (3, Gen.Const('U')),
            (4, Gen.Const('P')), (4, Gen.Const('D')), (3, Gen.Const('H')), (1, Gen.Const('h')), (2, Gen.Const('p')), (2, Gen.Const('G')), (4, Gen.Const('V')), (2, Gen.Const('F')))
        from offset in Gen.Frequency((3, Gen.Int[0, 40]), (3, Gen.Int[0, 5].Select(i => i * 512)), (2, Gen.Int[0, 3000]))
        from pages in Gen.Frequency((3, Gen.Int[1, 30]), (3, Gen.Int[1, 4].Select(i => i * 512)), (2, Gen.Int[1, 1500]))
        from protection in Gen.Frequency((5, Gen.Const(3)), (2, Gen.Const(1)), (1, Gen.Const(0)))
        from more in Gen.Int[1, 2000]
        select Line(kind, offset, pages, protection, more);

    /// <summary>Starts with a large mapping that huge pages are wanted in, so that most steps meet something.</summary>
    private static readonly Gen<string[]> s_script =
        s_step.Array[10, 60].Select(steps => (string[])["M 0 4096 3", "A 0 2048 14", .. steps]);

    private static string Line(char kind, int offset, int pages, int protection, int more) => kind switch
    {
        'D' => Join("A", offset, pages, (int)Advice.DontNeed),
        'H' => Join("A", offset, pages, (int)Advice.HugePage),
        'h' => Join("A", offset, pages, (int)Advice.NoHugePage),
        'p' => Join("A", offset, pages, (int)(more % 2 == 0 ? Advice.PopulateRead : Advice.PopulateWrite)),
        'G' or 'V' => Join(kind.ToString(), offset, pages, more),
        'F' => $"F {more % 6}",
        'M' or 'm' or 'P' => Join(kind.ToString(), offset, pages, protection),
        _ => $"{kind} {offset} {pages}",
    };

    private static string Join(string kind, int offset, int pages, int third) => string.Create(CultureInfo.InvariantCulture, $"{kind} {offset} {pages} {third}");

    private static void Compare(string[] script)
    {
        using var model = new ScriptedKernel(HostPolicy(), FileScripts.HostSettings());
        string[] simulated = model.Run(script);
        string[] real = RealKernel.Run(string.Join('\n', model.ForProbe) + "\n");
        for (int i = 0; i < Math.Min(real.Length, simulated.Length); i++)
            if (real[i] != simulated[i])
                Assert.Fail($"line {i}: the kernel prints \"{real[i]}\", the model \"{simulated[i]}\"\n{string.Join('\n', model.ForProbe)}\n-- kernel:\n{string.Join('\n', real.Take(i + 1))}");
        Assert.Equal(real.Length, simulated.Length);
    }

    private static ThpPolicy HostPolicy()
    {
        string enabled = File.ReadAllText("/sys/kernel/mm/transparent_hugepage/enabled");
        return enabled.Contains("[never]", StringComparison.Ordinal) ? ThpPolicy.Never : ThpPolicy.MadviseOnly;
    }
}
