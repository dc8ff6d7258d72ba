using System.Globalization;
using Faultline.Kernel;

namespace Faultline.Tool.Tests.Viewing;

/// <summary>The real procps tools run over an exported tree, and every figure that they print is the model's.</summary>
public sealed class ProcpsTests(ExportedTree tree) : IClassFixture<ExportedTree>
{
    [RealProcpsFact]
    public void Free() => Assert.Equal(FreeView.Text(tree.Machine), RealProcps.Run(tree.Folder, "free"));

    [RealProcpsFact]
    public void FreeInMebibytes()
    {
        string[] rows = RealProcps.Run(tree.Folder, "free -m").Split('\n');
        MemoryFigures memory = MemoryFigures.Of(tree.Machine);
        ulong[] expected = [memory.Total, memory.Used, memory.Free, memory.Shared, memory.Buffers + memory.Cache, memory.Available];
        Assert.Equal(expected.Select(kib => kib / 1024), Numbers(rows[1]));
        Assert.Equal(((ulong[])[memory.SwapTotal, memory.SwapUsed, memory.SwapFree]).Select(kib => kib / 1024), Numbers(rows[2]));
    }

    [RealProcpsFact]
    public void Vmstat()
    {
        string[] real = RealProcps.Run(tree.Folder, "vmstat").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] model = VmstatView.Text(tree.Machine).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(model[..2], real[..2]);
        Assert.Equal(Fields(model[2]), Fields(real[2]));
    }

    [RealProcpsFact]
    public void Top()
    {
        string[] real = RealProcps.Run(tree.Folder, "top -b -n1 -w 200 -o RES").Split('\n');
        string[] model = TopView.Text(tree.Machine).Split('\n');
        Assert.Equal(Fields(model[1]), Fields(real[1]));
        Assert.Equal(Fields(model[3 - 1]), Fields(real[3]));
        Assert.Equal(Fields(model[3]), Fields(real[4]));
        string[][] rows = [.. real.SkipWhile(line => !line.Contains("PID USER")).Skip(1).Select(Fields).Where(fields => fields.Length > 0)];
        string[][] expected = [.. model.SkipWhile(line => !line.Contains("PID USER")).Skip(1).Select(Fields).Where(fields => fields.Length > 0)];
        Assert.Equal(expected.Length, rows.Length);
        foreach (string[] row in expected)
        {
            // %CPU is an interval's, which a tree that stands still does not have.
            string[] found = rows.Single(fields => fields[0] == row[0]);
            Assert.Equal(Without(row, 8), Without(found, 8));
        }
    }

    [RealProcpsFact]
    public void Ps()
    {
        foreach (string[] fields in RealProcps.Run(tree.Folder, "ps -eo pid,ppid,ni,vsz,rss,min_flt,maj_flt,comm --no-headers").Split('\n').Select(Fields).Where(f => f.Length > 0))
        {
            Process process = tree.Machine.Processes.Single(process => process.Pid == int.Parse(fields[0], CultureInfo.InvariantCulture));
            ulong[] expected =
            [
                (ulong)process.Pid, (ulong)process.Task.ParentPid, (ulong)process.Task.Nice,
                process.VirtualPages.Bytes.Value / 1024, process.ResidentPages.Bytes.Value / 1024, process.MinorFaults, process.MajorFaults,
            ];
            Assert.Equal(expected, Numbers(string.Join(' ', fields[..7])));
            Assert.Equal(process.Task.Comm, fields[7]);
        }
    }

    [RealProcpsFact]
    public void PsAux()
    {
        string[] rows = RealProcps.Run(tree.Folder, "ps aux").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(tree.Machine.Processes.Count, rows.Length - 1);
        foreach (string[] fields in rows.Skip(1).Select(Fields))
        {
            Process process = tree.Machine.Processes.Single(process => process.Pid == int.Parse(fields[1], CultureInfo.InvariantCulture));
            Assert.Equal((process.VirtualPages.Bytes.Value / 1024).ToString(CultureInfo.InvariantCulture), fields[4]);
            Assert.Equal((process.ResidentPages.Bytes.Value / 1024).ToString(CultureInfo.InvariantCulture), fields[5]);
        }
    }

    [RealProcpsFact]
    public void Pmap()
    {
        foreach (Process process in tree.Machine.Processes.Where(process => process.MapCount > 0))
        {
            string total = RealProcps.Run(tree.Folder, $"pmap -x {process.Pid}").Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
            IReadOnlyList<(AreaInfo Area, AreaUsage Usage)> areas = process.Smaps();
            ulong[] expected =
            [
                process.VirtualPages.Bytes.Value / 1024,
                areas.Aggregate(0UL, (sum, area) => sum + area.Usage.Rss / 1024),
                areas.Aggregate(0UL, (sum, area) => sum + (area.Usage.SharedDirty + area.Usage.PrivateDirty) / 1024),
            ];
            Assert.Equal(expected, Numbers(total));
            Assert.Equal(process.ResidentPages.Bytes.Value / 1024, expected[1]);
        }
    }

    [RealProcpsFact]
    public void Slabtop()
    {
        string[][] model = [.. SlabInfo.Text(tree.Machine).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(Fields)];
        string[] lines = RealProcps.Run(tree.Folder, "slabtop -o").Split('\n');
        string[][] real = [.. lines.SkipWhile(line => !line.Contains("OBJS ACTIVE")).Skip(1).Select(Fields).Where(fields => fields.Length == 8)];
        Assert.NotEmpty(real);
        foreach (string[] row in real)
        {
            string[] expected = model.Single(fields => fields[0] == row[7]);
            ulong kib = ulong.Parse(expected[14], CultureInfo.InvariantCulture) * ulong.Parse(expected[5], CultureInfo.InvariantCulture) * 4;
            Assert.Equal([expected[2], expected[1], expected[14], expected[4], $"{kib}K"], (string[])[row[0], row[1], row[4], row[5], row[6]]);
        }

        ulong objects = model.Aggregate(0UL, (sum, fields) => sum + ulong.Parse(fields[2], CultureInfo.InvariantCulture));
        Assert.Contains($" / {objects} (", lines[0]);
    }

    private static ulong[] Numbers(string line)
        => [.. Fields(line).Select(field => ulong.TryParse(field, CultureInfo.InvariantCulture, out ulong value) ? value : (ulong?)null).Where(value => value != null).Select(value => value!.Value)];

    private static string[] Fields(string line) => line.Split([' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static string[] Without(string[] fields, int index) => [.. fields[..index], .. fields[(index + 1)..]];
}
