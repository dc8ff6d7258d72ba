namespace Faultline.Kernel;

public sealed unsafe partial class Machine
{
    /// <summary>
    /// fork(2) and execve(2): a process that runs a program. Its files are made where the machine does not have them yet, so that a second
    /// one shares the pages of the first. Throws <see cref="ArgumentException"/> for a program that cannot be loaded, <see cref="OutOfMemoryException"/> where there is
    /// no frame left for the process or no room for what it maps.
    /// </summary>
    /// <param name="image">The program.</param>
    /// <param name="cgroup">The memory cgroup that it starts in; null: none.</param>
    /// <param name="room">Bytes between its heap and its highest mapping; null: as many as there are.</param>
    public Process Spawn(ProgramImage image, MemoryCgroup? cgroup = null, ulong? room = null)
    {
        image.Executable.Validate();
        image.Interpreter?.Validate();
        foreach (ElfObject library in image.Libraries)
            library.Validate();
        AddressSpaceLayout layout = AddressSpaceLayout.X64 with { BrkStart = ProgramLoader.HeapOf(image) };
        if (room is { } bytes)
            layout = layout with { MmapBase = layout.BrkStart + bytes };
        Process process = CreateProcess(layout, cgroup);
        process.Task.Comm = image.Name;
        process.Task.CommandLine = [image.Executable.Path];
        try
        {
            new ProgramLoader(process, Files).Load(image);
        }
        catch
        {
            process.Exit();
            throw;
        }

        return process;
    }

    /// <summary>
    /// A process of that name that runs a small program in C (<see cref="ProgramImages.Daemon"/>). The first of a machine is its init, which
    /// the OOM killer spares. Errors as above.
    /// </summary>
    public Process Spawn(string name, MemoryCgroup? cgroup = null)
    {
        ProgramImage image = ProgramImages.Daemon;
        return Spawn(image with { Name = name, Executable = image.Executable with { Path = "/usr/sbin/" + name } }, cgroup);
    }

    /// <summary>
    /// A process that has mapped what a line of /proc/PID/maps each tells, at the same addresses, with nothing in memory yet. Throws
    /// <see cref="ArgumentException"/> for lines that overlap or do not fit into user space, or that lie where the bounds are.
    /// </summary>
    /// <param name="image">The lines.</param>
    /// <param name="cgroup">The memory cgroup that it starts in; null: none.</param>
    /// <param name="bounds">Where its heap starts anew, and all that it maps from now on goes: what was [heap] is then [anon:heap]. Null: where the image has them.</param>
    public Process Spawn(MapsImage image, MemoryCgroup? cgroup = null, AddressSpaceLayout? bounds = null)
    {
        Process process = CreateProcess(image.Layout, cgroup);
        process.Task.Comm = image.Name;
        try
        {
            image.MapInto(process, Files);
            if (bounds != null)
            {
                process.MoveInto(bounds);
                image.NameHeap(process);
            }
        }
        catch
        {
            process.Exit();
            throw;
        }

        return process;
    }
}
