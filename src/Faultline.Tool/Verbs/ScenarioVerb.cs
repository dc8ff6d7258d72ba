using System.CommandLine;
using Faultline.Tool.Viewing;
using Faultline.Tracing.Scenarios;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline scenario</c>: stories told to the simulated kernel, each a test of itself.</summary>
internal static class ScenarioVerb
{
    public const string HelpText = """
        A scenario is a text file, one statement a line, '#' for comments. Sizes are 4K, 1.5M, 2G; times 40s, 2h.

          machine ram=512M swap=1G oom=modern     settings, before everything else (machine x=y lists them)
          start sshd uid=0                        a process; settings: uid, nice, oom_adj, oom_score_adj, libc, tunables
          sshd: malloc buf 64M                    also calloc, realloc, memalign, free, malloc_trim, sbrk, mallopt
          sshd: write buf [OFFSET [LENGTH]]       touch it; read likewise
          sshd: mmap area 1G                      also munmap, madvise; fork NAME; exit; cpu 40s (the kernel's time passes by itself)
          sshd: thread worker                     a thread, with a stack and an arena; sshd.worker: malloc buf 64K; exit ends it
          write /proc/$(pidof sshd)/oom_adj -16   as a shell would; 'su 1000' and 'su root' say who types it
          refused EACCES write /proc/…            the same where it must fail
          swapoff    swapon    sync    sleep 2h   what an administrator does
          cat /proc/buddyinfo    print free       show files and views ('print x' lists them)
          let before = sshd.minflt                remember a value; show VALUE prints one
          for i in 1..100 … end                   $i is its value;  while hog is alive … end
          expect sshd.minflt - before == 512      == != < <= > >=, and; sshd is alive, killed, exited
          expect /proc/vmstat:oom_kill == 1       a line of a file; NAME.rss, NAME.buf.rss, machine.free, buddy.Normal.10

        Examples:
          faultline scenario samples/scenarios/first-touch.scn
          faultline scenario --quiet samples/scenarios/*.scn

        Exit codes: 0; 1 where an expectation is not met; 2 where a scenario is wrong or cannot be carried out.
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Argument<string[]> files = new("file") { Description = "Scenario files." };
        Option<bool> quiet = new("--quiet", "-q") { Description = "Print one line a scenario, not what it prints itself." };
        Command command = new("scenario", "Runs scenarios: processes, memory and expectations on one simulated machine.") { files, quiet };
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(files), afterSeparator, command);
            if (named.Length == 0)
                throw new UsageException("no scenario given: faultline scenario <file…>");
            bool alone = named.Length == 1;
            return named.Max(path => Run(path, parsed.GetValue(quiet), alone, output, error));
        });
        return command;
    }

    private static int Run(string path, bool quiet, bool alone, TextWriter output, TextWriter error)
    {
        string text = TextFile.Read(path, "scenario files");
        if (!quiet && !alone)
            output.WriteLine($"== {path}");
        try
        {
            ScenarioResult result = Scenario.Run(path, text, quiet ? TextWriter.Null : output);
            output.WriteLine($"{path}: {result.Expectations} {(result.Expectations == 1 ? "expectation" : "expectations")} met");
            return ExitCodes.Fine;
        }
        catch (ScenarioException e)
        {
            output.Flush();
            error.WriteLine($"faultline: {e.Message}");
            return e.IsUnmet ? ExitCodes.Differs : ExitCodes.BadInput;
        }
    }
}
