using System.CommandLine;
using Faultline.Kernel;
using Faultline.Tool.Viewing;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline top</c>, <c>free</c> and <c>vmstat</c>: what these tools would show of the simulated machine.</summary>
internal static class ViewVerbs
{
    public const string HelpText = """
        A scenario is a .scn file, everything else is taken for a trace. Figures are the simulated machine's, under the names that procps
        gives them:
          VIRT   all that the process mapped, touched or not        RES    what of it has frames
          SHR    the part of RES that may be shared: libraries count in full for every process, so it must not be added up
          %MEM   RES of all memory                                  used   all memory but what is available
        A trace of 'faultline run' has the maps of the real program from before its Main: VIRT and /proc/1/maps are the whole program's then.
        What of that was in memory is not recorded: RES has what the traced calls brought in, and nothing of the rest.

        Examples:
          faultline top samples/scenarios/shared-memory.scn
          faultline free samples/scenarios/page-cache.scn --at 20
          faultline vmstat app.fltrace

        Exit codes: 0; 2 where the scenario or trace cannot be read.
        """;

    public static IEnumerable<Command> Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        yield return Create("free", "Memory and swap of a scenario's or a trace's machine, in KiB.", FreeView.Text, afterSeparator, output, error);
        yield return Create("vmstat", "Memory, swap, input and output of the machine: averages since its boot.", VmstatView.Text, afterSeparator, output, error);
    }

    /// <summary>What all of them share: a story, and where to stop in it.</summary>
    public static Command Create(string name, string description, Func<Machine, string> view, string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Argument<string[]> words = new("story") { Description = "A scenario (.scn) or a trace." };
        Option<ulong?> at = new("--at") { Description = "Stop after this line of the scenario or event of the trace.", HelpName = "n" };
        Command command = new(name, description) { words, at };
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(words), afterSeparator, command);
            Show(named, name, parsed.GetValue(at), view, output, error);
            return ExitCodes.Fine;
        });
        return command;
    }

    public static void Show(string[] named, string verb, ulong? at, Func<Machine, string> view, TextWriter output, TextWriter error)
    {
        if (named.Length != 1)
            throw new UsageException($"{(named.Length == 0 ? "nothing to look at" : "more than one story")} given: faultline {verb} <scenario|trace>");
        using Story story = Story.Open(named[0], at, error);
        output.Write(view(story.Machine));
    }
}
