using System.Globalization;

namespace Faultline.Kernel.Tests;

/// <summary>The steps of the probe that concern files, and what it prints of them.</summary>
internal sealed partial class ScriptedKernel
{
    private readonly List<OpenFile> _files = [];
    private (ulong File, ulong Page, MapFlags Flags) _next;
    private bool _usesFiles;

    private SystemCallResult FileStep(Process process, string operation, ulong[] numbers)
    {
        var start = new VirtualAddress(Window + (numbers[0] << 12));
        ulong bytes = numbers[1] << 12;
        switch (operation)
        {
            case "O":
                return Create(process, numbers[0], bytes);
            case "N":
                _next = (numbers[0], numbers[1], (MapFlags)numbers[2]);
                return SystemCallResult.Success();
            case "f":
                return process.Mmap(start, bytes, (Protection)numbers[2], _next.Flags | MapFlags.Fixed, _files[(int)_next.File], _next.Page << 12);
            case "S":
                return process.Mmap(start, bytes, (Protection)numbers[2], MapFlags.Shared | MapFlags.Fixed);
            case "T":
                _machine.Files.Truncate(_files[(int)numbers[0]].Inode, bytes);
                return SystemCallResult.Success();
            case "Y":
                return process.Msync(start, bytes);
            case "X":
                process.Fsync(_files[(int)numbers[0]]);
                return process.Fadvise(_files[(int)numbers[0]], 0, 0, FileAdvice.DontNeed);
            case "i":
                return process.Read(_files[(int)numbers[0]], bytes, numbers[2] << 12);
            case "o":
                for (ulong i = 0; i < numbers[2]; i++)
                    process.Write(_files[(int)numbers[0]], bytes + (i << 12), 4096);
                return SystemCallResult.Success();
            default:
                throw new ArgumentException($"the probe knows no step {operation}");
        }
    }

    private SystemCallResult Create(Process process, ulong kind, ulong bytes)
    {
        OpenFile file = kind == 0
            ? _machine.Files.CreateMemfd("probe", 0)
            : _machine.Files.Open(_machine.Files.Create($"file {_files.Count}", 0));
        for (ulong at = 0; at < bytes; at += 4096)
            process.Write(file, at, 4096);
        _files.Add(file);
        return SystemCallResult.Success();
    }

    private void AppendMore(Process process, ulong majors, ulong bus, ResidentCounts before)
    {
        _output.Append(CultureInfo.InvariantCulture, $" | {majors} {bus} {Kib(process.Resident.Anonymous, before.Anonymous)} {Kib(process.Resident.File, before.File)} {Kib(process.Resident.SharedMemory, before.SharedMemory)}");
        foreach (OpenFile file in _files)
            _output.Append(CultureInfo.InvariantCulture, $" {file.Inode.CachedPages.Value}:{file.Inode.DirtyPages.Value}");
        _output.Append(" |");
        ulong[] sums = new ulong[15];
        foreach ((AreaInfo area, AreaUsage usage) in process.Smaps())
        {
            _output.Append(area.VmFlags).Append(';');
            ulong[] numbers =
            [
                usage.Rss, usage.Pss.Value, usage.PssDirty.Value, usage.SharedClean, usage.SharedDirty, usage.PrivateClean, usage.PrivateDirty,
                usage.Anonymous, usage.LazyFree, usage.AnonHugePages, usage.ShmemPmdMapped, usage.FilePmdMapped, usage.Swap, usage.SwapPss.Value, usage.Locked.Value,
            ];
            for (int i = 0; i < sums.Length; i++)
                sums[i] += numbers[i] >> 10;
        }

        foreach (ulong sum in sums)
            _output.Append(CultureInfo.InvariantCulture, $" {sum}");
    }

    private static long Kib(ulong now, ulong before) => ((long)now - (long)before) * 4;
}
