using Faultline.Kernel;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Replay;

/// <summary>A replay's machine as the recorded program found it: its maps around the space that its calls work in, its name, its command line.</summary>
internal static class RecordedProgram
{
    private static readonly string[] s_assemblyExtensions = [".dll", ".exe", ".csproj"];

    /// <summary>A machine for the trace. Maps that cannot be carried out are left out, and the note says why.</summary>
    public static ReplayMachine Start(TraceMetadata trace, ReplayOptions options, out string? note)
    {
        ReplayMachine machine = WithMaps(trace, options, out note) ?? new ReplayMachine(trace, options);
        if (trace.Program.Length > 0)
        {
            TaskInfo task = machine.Charged.Process.Task;
            // How the words were separated is not recorded: a blank inside of one separates as well.
            string[] words = trace.Program.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            task.CommandLine = words;
            task.Comm = words.Length > 0 ? NameOf(words[0]) : task.Comm;
        }

        return machine;
    }

    private static ReplayMachine? WithMaps(TraceMetadata trace, ReplayOptions options, out string? note)
    {
        note = null;
        if (trace.Maps.Length == 0)
            return null;
        try
        {
            MapsImage image = MapsImage.Parse("the program", trace.Maps);
            if (ReplayMachine.IsPossible(trace))
                return new ReplayMachine(trace, options, image);
            note = "the program's maps are left out: the trace does not say where its calls worked";
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            note = $"the program's maps are left out: {e.Message.ReplaceLineEndings(" ")}";
        }

        return null;
    }

    /// <summary>As the kernel names a process: the file's name, at most 15 bytes of it.</summary>
    private static string NameOf(string program)
    {
        string name = Path.GetFileName(program.TrimEnd('/'));
        string extension = Path.GetExtension(name);
        return s_assemblyExtensions.Contains(extension) ? name[..^extension.Length] : name;
    }
}
