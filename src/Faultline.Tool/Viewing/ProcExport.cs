using System.Globalization;
using System.Runtime.InteropServices;
using Faultline.Kernel;

namespace Faultline.Tool.Viewing;

/// <summary>Writes the simulated /proc and /sys as a folder, in which the real procps tools find their way when it is bound over /proc.</summary>
internal static partial class ProcExport
{

    /// <summary>Files written. Throws <see cref="UsageException"/> where the folder is there and not forced, or cannot be written.</summary>
    public static int Write(Machine machine, string folder, bool force)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !force))
            throw new UsageException($"--export {folder} exists: give another name, or --force to write into it");
        try
        {
            return WriteFiles(machine, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot write --export {folder}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static int WriteFiles(Machine machine, string folder)
    {
        int files = 0;
        foreach (string path in machine.Proc.MachineFiles)
            files += WriteFile(folder, path, machine.Proc.Read(path, ProcCaller.Root).Text);
        foreach (Process process in machine.Processes)
            files += WriteProcess(machine, process, folder);
        LinkSelf(machine, Path.Combine(folder, "proc"));
        return files;
    }

    private static int WriteProcess(Machine machine, Process process, string folder)
    {
        int files = 0;
        string own = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}");
        foreach (string name in machine.Proc.FilesOf(process))
            files += WriteFile(folder, $"{own}/{name}", machine.Proc.Read($"{own}/{name}", ProcCaller.Root).Text);
        // ps and top take a process's user from its folder. Who is not root cannot give folders away: then all belong to whoever exports.
        if (Environment.IsPrivilegedProcess)
        {
            string whole = Path.Combine(folder, own[1..]);
            foreach (string owned in Directory.GetDirectories(Path.Combine(whole, "task")).Prepend(whole))
                chown(owned, process.Task.Uid, process.Task.Uid);
        }

        return files;
    }

    private static int WriteFile(string folder, string path, string text)
    {
        string target = Path.Combine(folder, path[1..]);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.WriteAllText(target, text);
        return 1;
    }

    /// <summary>Who looks is none of the processes: /proc/self is the first of them, so that tools which look at themselves find something.</summary>
    private static void LinkSelf(Machine machine, string proc)
    {
        if (machine.Processes.Count == 0)
            return;
        string link = Path.Combine(proc, "self");
        if (!File.Exists(link) && !Directory.Exists(link))
            File.CreateSymbolicLink(link, machine.Processes[0].Pid.ToString(CultureInfo.InvariantCulture));
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint user, uint group);
}
