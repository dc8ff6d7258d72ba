using System.Globalization;
using System.Text;

namespace Faultline.Kernel.Tests;

/// <summary>Does a script of the probe to the model and prints what the probe prints.</summary>
internal sealed partial class ScriptedKernel : IDisposable
{
    public const ulong Window = 0x1000_0000_0000;
    public const ulong WindowPages = 8192;

    /// <summary>Mappings go into the window, highest place first; growth in place may leave it.</summary>
    private static readonly AddressSpaceLayout s_layout = AddressSpaceLayout.X64 with
    {
        MmapMin = new(Window),
        BrkStart = new(Window),
        MmapBase = new(Window + (WindowPages << 12)),
    };

    private readonly Machine _machine;
    private readonly StringBuilder _output = new();

    public ScriptedKernel(ThpPolicy policy, FileSettings? files = null) =>
        _machine = new Machine(new MachineOptions { RamBytes = 2UL << 30, Thp = policy, Files = files ?? new FileSettings() });

    public void Dispose() => _machine.Dispose();

    /// <summary>The script as the probe must do it: moves name the place that the model chose.</summary>
    public List<string> ForProbe { get; } = [];

    public string[] Run(IReadOnlyList<string> script)
    {
        _output.Append(CultureInfo.InvariantCulture, $"{script.Count} steps\n");
        _usesFiles = script.Any(line => line[0] is 'O' or 'S');
        Process process = _machine.CreateProcess(s_layout);
        Run(process, script, 0, script.Count);
        for (ulong page = 0, first = 0; page < WindowPages; page++)
        {
            if (page + 1 < WindowPages && State(process, page) == State(process, page + 1))
                continue;
            _output.Append(CultureInfo.InvariantCulture, $"{State(process, page)}{page + 1 - first} ");
            first = page + 1;
        }

        return _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private void Run(Process process, IReadOnlyList<string> script, int from, int to)
    {
        for (int k = from; k < to; k++)
        {
            string[] words = script[k].Split(' ');
            if (words[0] == "F")
            {
                ForProbe.Add(script[k]);
                int last = Math.Min(to, k + 1 + int.Parse(words[1], CultureInfo.InvariantCulture));
                Process child = process.Fork()!;
                (ulong File, ulong Page, MapFlags Flags) next = _next;
                Run(child, script, k + 1, last);
                _next = next;
                child.Exit();
                k = last - 1;
                continue;
            }

            (ulong tables, ulong faults, ulong refused) = (process.PageTablePages.Value, process.MinorFaults, process.SegmentationFaults);
            (ulong majors, ulong bus, ResidentCounts resident) = (process.MajorFaults, process.BusErrors, process.Resident);
            ulong[] numbers = [.. words[1..].Select(word => ulong.Parse(word, CultureInfo.InvariantCulture))];
            SystemCallResult result = Step(process, words[0], numbers);
            ForProbe.Add(Resolve(script[k], words[0], numbers, result));
            _machine.CheckInvariants();
            long answer = result.Failed ? -(long)result.Error : words[0] == "i" ? result.Raw >> 12 : 0;
            long kib = ((long)process.PageTablePages.Value - (long)tables) * 4;
            _output.Append(CultureInfo.InvariantCulture, $"{ForProbe[^1][0]} {answer} {process.MinorFaults - faults} {process.SegmentationFaults - refused} {kib} {process.MapCount}");
            if (_usesFiles)
                AppendMore(process, process.MajorFaults - majors, process.BusErrors - bus, resident);
            _output.Append('\n');
        }
    }

    private SystemCallResult Step(Process process, string operation, ulong[] numbers)
    {
        var start = new VirtualAddress(Window + (numbers[0] << 12));
        ulong bytes = numbers[1] << 12;
        ulong third = numbers.Length > 2 ? numbers[2] : 0;
        switch (operation)
        {
            case "M":
                return process.Mmap(start, bytes, (Protection)third, MapFlags.Private | MapFlags.Fixed);
            case "m":
                return process.Mmap(start, bytes, (Protection)third, MapFlags.Private | MapFlags.Fixed | MapFlags.Populate);
            case "U":
                return process.Munmap(start, bytes);
            case "P":
                return process.Mprotect(start, bytes, (Protection)third);
            case "A":
                return process.Madvise(start, bytes, (Advice)third);
            case "G":
                return process.Mremap(start, bytes, third << 12, mayMove: false);
            case "V":
                return process.Mremap(start, bytes, third << 12, mayMove: true);
            case "R" or "W":
                process.AccessRange(start, bytes, operation == "W" ? AccessKind.Write : AccessKind.Read);
                return SystemCallResult.Success();
            default:
                return FileStep(process, operation, numbers);
        }
    }

    /// <summary>A move that stayed in place, or failed, is asked of the kernel as one that may not move.</summary>
    private static string Resolve(string line, string operation, ulong[] numbers, SystemCallResult result)
    {
        if (operation != "V")
            return line;
        ulong to = (result.Address.Value - Window) >> 12;
        return result.Failed || to == numbers[0] ? "G" + line[1..] : string.Create(CultureInfo.InvariantCulture, $"{line} {to}");
    }

    private static char State(Process process, ulong page)
    {
        Span<byte> present = stackalloc byte[1];
        return process.Mincore(new(Window + (page << 12)), 4096, present).Failed ? 'u' : present[0] != 0 ? 'p' : 'a';
    }
}
