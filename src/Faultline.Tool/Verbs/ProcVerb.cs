using System.CommandLine;
using Faultline.Kernel;
using Faultline.Tool.Viewing;
using Faultline.Tracing.Scenarios;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline proc</c>: the simulated /proc of a scenario or a trace.</summary>
internal static class ProcVerb
{
    public const string HelpText = """
        A scenario is a .scn file, everything else is taken for a trace. Without a path the files are listed.

        Examples:
          faultline proc samples/scenarios/first-touch.scn
          faultline proc samples/scenarios/first-touch.scn /proc/buddyinfo
          faultline proc samples/scenarios/first-touch.scn /proc/2/status --at 12    as of line 12
          faultline proc app.fltrace /proc/1/smaps --at 100000                       as of event 100,000
          faultline proc app.fltrace --export /dev/shm/tree                          the tree, for other tools

        A trace of 'faultline run' has the maps of the real program from before its Main: the process starts with them, its heap and mappings are
        those of the traced calls, and memory that was its [heap] is [anon:heap]. What of the program was in memory is not recorded: Rss counts what
        the traced calls brought in, and nothing of the rest.

        With the exported folder bound over /proc (mount --bind tree/proc /proc, in a mount namespace of its own) the real ps, top,
        free, vmstat, pmap and slabtop show the simulated machine.

        Exit codes: 0; 2 where there is no such file, or the scenario or trace cannot be read.
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Argument<string[]> words = new("story") { Description = "A scenario (.scn) or a trace; then a path of /proc or /sys." };
        Option<ulong?> at = new("--at") { Description = "Stop after this line of the scenario or event of the trace.", HelpName = "n" };
        Option<string?> export = new("--export") { Description = "Write the whole tree into this folder.", HelpName = "dir" };
        Option<bool> force = new("--force", "-f") { Description = "Write into an --export folder that is there already." };
        Command command = new("proc", "Prints files of the simulated /proc, or writes all of them.") { words, at, export, force };
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(words), afterSeparator, command);
            if (named.Length is < 1 or > 2)
                throw new UsageException($"{(named.Length == 0 ? "nothing to look at" : "too much")} given: faultline proc <scenario|trace> [path]");
            using Story story = Story.Open(named[0], parsed.GetValue(at), error);
            if (parsed.GetValue(export) is { } folder)
                error.WriteLine($"faultline: {ProcExport.Write(story.Machine, folder, parsed.GetValue(force))} files written to {folder}");
            if (named.Length == 2)
                output.Write(Read(story.Machine, named[1]));
            else if (parsed.GetValue(export) == null)
                output.Write(List(story.Machine));
            return ExitCodes.Fine;
        });
        return command;
    }

    private static string Read(Machine machine, string path)
    {
        string whole = path.StartsWith('/') ? path : "/proc/" + path;
        ProcText text = machine.Proc.Read(whole, ProcCaller.Root);
        if (!text.Failed)
            return text.Text;
        string hint = Spelling.Nearest(whole, machine.Proc.MachineFiles) is { } near ? $", did you mean {near}?" : "; without a path all files are listed";
        throw new UsageException($"no file {whole}{hint}");
    }

    private static string List(Machine machine)
    {
        IEnumerable<string> ofProcesses = machine.Processes.SelectMany(process => machine.Proc.FilesOf(process).Select(name => $"/proc/{process.Pid}/{name}"));
        return string.Concat(machine.Proc.MachineFiles.Concat(ofProcesses).Select(path => path + "\n"));
    }
}
