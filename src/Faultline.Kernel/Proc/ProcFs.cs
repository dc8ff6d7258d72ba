// The files of /proc and /sys that memory management has (fs/proc, 6.18): which exist, who may read or write them. The texts stand
// beside their subjects.

using System.Globalization;

namespace Faultline.Kernel;

/// <summary>What reading a file answered: its text, or why not.</summary>
public readonly record struct ProcText(string Text, Errno Error)
{
    public bool Failed => Error != Errno.None;
}

/// <summary>The simulated /proc of one machine.</summary>
public sealed class ProcFs
{
    private const string Root = "/proc/";
    private const string CgroupRoot = "/sys/fs/cgroup/";
    private const int OwnerRead = 0x100, OthersRead = 0x4;
    private const int OwnerWrite = 0x80, OthersWrite = 0x2;

    private readonly Machine _machine;

    internal ProcFs(Machine machine) => _machine = machine;

    /// <summary>Files of the machine and of its memory cgroups, in the order of their paths; those of processes are below /proc/PID.</summary>
    public IEnumerable<string> MachineFiles => MachineEntries.All.Select(entry => entry.Path)
        .Concat(_machine.Cgroups.SelectMany(group => CgroupFiles.All.Select(entry => $"{CgroupRoot}{group.Name}/{entry.Name}")))
        .Order(StringComparer.Ordinal);

    /// <summary>Names of the files below /proc/PID.</summary>
    public IEnumerable<string> ProcessFiles => ProcessEntries.All.Where(Exists).Select(entry => entry.Name);

    /// <summary>Names of the files below /proc/PID/task/TID.</summary>
    public IEnumerable<string> ThreadFiles => ThreadEntries.Names;

    /// <summary>Names of the files below /proc/PID of one process, those of its threads too.</summary>
    public IEnumerable<string> FilesOf(Process process) => ProcessFiles.Concat(ThreadEntries.NamesOf(process));

    /// <summary>cat: ENOENT where there is no such file, EACCES where the caller may not.</summary>
    public ProcText Read(string path, ProcCaller caller)
    {
        if (FindProcessFile(path) is (Process process, ProcPidEntry own))
            return Allows(own.Mode, process.Task.Uid, caller, OwnerRead, OthersRead) ? new(own.Read(process), Errno.None) : new("", Errno.EACCES);
        if (FindCgroupFile(path) is (MemoryCgroup group, CgroupEntry file))
            return Allows(file.Mode, 0, caller, OwnerRead, OthersRead) ? new(file.Read(group), Errno.None) : new("", Errno.EACCES);
        if (MachineEntries.Find(path) is not { } entry)
            return new("", Errno.ENOENT);
        return Allows(entry.Mode, 0, caller, OwnerRead, OthersRead) ? new(entry.Read(_machine), Errno.None) : new("", Errno.EACCES);
    }

    /// <summary>
    /// echo TEXT &gt; PATH. ENOENT where there is no such file; EACCES where it is not the caller's to write, or for root where nobody
    /// can; EINVAL or ERANGE-like refusals of the text come from the file itself.
    /// </summary>
    public Errno Write(string path, string text, ProcCaller caller)
    {
        string value = text.Trim();
        if (FindProcessFile(path) is (Process process, ProcPidEntry own))
            return own.Write != null && Allows(own.Mode, process.Task.Uid, caller, OwnerWrite, OthersWrite) ? own.Write(process, value, caller) : Errno.EACCES;
        if (FindCgroupFile(path) is (MemoryCgroup group, CgroupEntry file))
            return file.Write != null && Allows(file.Mode, 0, caller, OwnerWrite, OthersWrite) ? file.Write(group, value) : Errno.EACCES;
        if (MachineEntries.Find(path) is not { } entry)
            return Errno.ENOENT;
        return entry.Write != null && Allows(entry.Mode, 0, caller, OwnerWrite, OthersWrite) ? entry.Write(_machine, value) : Errno.EACCES;
    }

    private bool Exists(ProcPidEntry entry) => entry.Exists == null || entry.Exists(_machine);

    private (Process Process, ProcPidEntry Entry)? FindProcessFile(string path)
    {
        if (!path.StartsWith(Root, StringComparison.Ordinal))
            return null;
        string[] parts = path[Root.Length..].Split('/', 2);
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
            return null;
        Process? process = _machine.Processes.FirstOrDefault(process => process.Pid == pid);
        if (process == null)
            return null;
        ProcPidEntry? entry = ProcessEntries.All.FirstOrDefault(entry => entry.Name == parts[1] && Exists(entry)) ?? ThreadEntries.Find(process, parts[1]);
        return entry == null ? null : (process, entry);
    }

    private (MemoryCgroup Group, CgroupEntry Entry)? FindCgroupFile(string path)
    {
        int end = path.LastIndexOf('/');
        if (!path.StartsWith(CgroupRoot, StringComparison.Ordinal) || end < CgroupRoot.Length)
            return null;
        MemoryCgroup? group = _machine.Cgroups.FirstOrDefault(group => group.Name == path[CgroupRoot.Length..end]);
        CgroupEntry? entry = CgroupFiles.All.FirstOrDefault(entry => entry.Name == path[(end + 1)..]);
        return group == null || entry == null ? null : (group, entry);
    }

    /// <summary>Root reads and writes whatever has a bit for anybody.</summary>
    private static bool Allows(int mode, uint owner, ProcCaller caller, int ownerBit, int othersBit)
        => (mode & (caller.Uid == 0 || caller.Uid == owner ? ownerBit : othersBit)) != 0;
}
