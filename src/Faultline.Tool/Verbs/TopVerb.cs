using System.CommandLine;
using Faultline.Kernel;
using Faultline.Tool.Viewing;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline top</c>: processes of a scenario or trace; with --live programs that run under <c>faultline run</c> now.</summary>
internal static class TopVerb
{
    public const string HelpText = ViewVerbs.HelpText + """


        With --live it follows the programs that 'faultline run' has started on this machine, simulated and real figures side by side, until
        they end or Ctrl-C; --once prints one look. A process number after --live picks one of them.
          faultline top --live
          faultline top --live 4711
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Argument<string[]> words = new("story") { Description = "A scenario (.scn) or a trace; with --live a process number." };
        Option<ulong?> at = new("--at") { Description = "Stop after this line of the scenario or event of the trace.", HelpName = "n" };
        Option<bool> live = new("--live") { Description = "Follow programs that run under faultline now." };
        Option<bool> once = new("--once") { Description = "With --live: one look, then end." };
        Command command = new("top", "Processes by memory: VIRT, RES, SHR, %MEM.") { words, at, live, once };
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(words), afterSeparator, command);
            if (parsed.GetValue(live))
                return LiveTop.Follow(named, parsed.GetValue(once), output);
            if (parsed.GetValue(once))
                throw new UsageException("--once goes with --live");
            ViewVerbs.Show(named, "top", parsed.GetValue(at), TopView.Text, output, error);
            return ExitCodes.Fine;
        });
        return command;
    }
}
