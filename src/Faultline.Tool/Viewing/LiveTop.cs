using System.Globalization;
using Faultline.Kernel;
using Faultline.Reporting;
using Faultline.Tracing.Session;
using Spectre.Console;

namespace Faultline.Tool.Viewing;

/// <summary><c>faultline top --live</c>: programs under the shim, looked at once a second.</summary>
internal static class LiveTop
{
    private const int PipeWidth = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <param name="named">Nothing, or the number of a process.</param>
    /// <param name="once">One look only; also where standard output is no terminal.</param>
    /// <param name="output">Where to print.</param>
    public static int Follow(string[] named, bool once, TextWriter output)
    {
        int? wanted = Wanted(named);
        IReadOnlyList<SessionFile> sessions = LiveSessions.Find(wanted);
        if (sessions.Count == 0)
            throw new UsageException(wanted is { } pid
                ? $"no program {pid} runs under faultline: 'faultline top --live' lists those that do"
                : "no program runs under faultline now: start one with 'faultline run' in another terminal");
        try
        {
            bool live = !once && ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
            IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
            if (!live)
            {
                // A pipe has no width that a row would have to fit into.
                console.Profile.Width = PipeWidth;
                console.Write(Look(sessions));
            }
            else
                console.Live(Look(sessions)).Start(context => Update(context, sessions));
            return ExitCodes.Fine;
        }
        finally
        {
            foreach (SessionFile session in sessions)
                session.Dispose();
        }
    }

    private static int? Wanted(string[] named) => named switch
    {
        [] => null,
        [var word] when int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) => pid,
        _ => throw new UsageException($"'{named[^1]}' is no process number: faultline top --live [pid]"),
    };

    private static void Update(LiveDisplayContext context, IReadOnlyList<SessionFile> sessions)
    {
        while (sessions.Any(Runs))
        {
            context.UpdateTarget(Look(sessions));
            Thread.Sleep(Interval);
        }

        context.UpdateTarget(Look(sessions));
    }

    private static unsafe bool Runs(SessionFile session) => Directory.Exists($"/proc/{session.Header->ProcessId}");

    private static Table Look(IReadOnlyList<SessionFile> sessions)
    {
        Table table = new Table().Border(TableBorder.None);
        table.AddColumn("PID");
        foreach (string column in (string[])["VIRT", "RES", "SHR", "%MEM", "minflt", "majflt", "calls", "live"])
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn(new TableColumn("").NoWrap());
        foreach (SessionFile session in sessions)
            AddRows(table, SessionReading.Take(session));
        return table;
    }

    private static void AddRows(Table table, SessionReading reading)
    {
        string pid = reading.Header.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (reading.Snapshot is not { } snapshot)
        {
            table.AddRow(pid, "", "", "", "", "", "", "", "", "no snapshot yet");
            return;
        }

        ulong live = 0;
        foreach (SiteReading site in reading.Sites)
            live += site.Counters.RequestedBytes - site.Counters.ReleasedRequestedBytes;
        table.AddRow(
            pid, Size(snapshot.VirtualPages), Size(snapshot.ResidentPages), Size(snapshot.SharedPages), Percent(snapshot.ResidentPages, reading.Header.RamBytes),
            Number(snapshot.MinorFaults), Number(snapshot.MajorFaults), Number(reading.Header.EventCount), TopView.Size(live >> 10), "simulated");
        table.AddRow(
            "", Size(snapshot.RealVirtualPages), Size(snapshot.RealResidentPages), Size(snapshot.RealSharedPages),
            Percent(snapshot.RealResidentPages, HostFacts.RamBytes()), Number(snapshot.RealMinorFaults), Number(snapshot.RealMajorFaults), "", "", "real (observed)");
    }

    private static string Size(ulong pages) => TopView.Size(pages << 2);

    private static string Number(ulong value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Percent(ulong pages, ulong bytes)
        => bytes == 0 ? "" : ((pages << PageSize.Shift) * 100m / bytes).ToString("0.0", CultureInfo.InvariantCulture);
}
