using System.Diagnostics;
using Faultline.Tool.Verbs;
using Faultline.Tracing.Events;
using Spectre.Console;

namespace Faultline.Tool.Running;

/// <summary>
/// Says on standard error what takes long before the program starts: a spinner on a terminal, elsewhere one plain line for a
/// step that has something to do, nothing with --quiet. Standard output is the program's alone.
/// </summary>
internal sealed class Progress
{
    private readonly TextWriter? _lines;
    private readonly IAnsiConsole? _terminal;

    internal Progress(TextWriter? lines, IAnsiConsole? terminal)
    {
        _lines = lines;
        _terminal = terminal;
    }

    public static Progress To(TextWriter error, bool quiet)
        => quiet ? new(null, null)
        : Terminal.Is(error) ? new(null, AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) }))
        : new(error, null);

    /// <summary>Standard error may be a file that is kept: only a terminal is told anything.</summary>
    public static Progress OnTerminal(TextWriter error) => To(error, quiet: !Terminal.Is(error));

    /// <summary>
    /// Does <paramref name="work"/> under a label, which is shown from its first report on; the reports themselves are only
    /// shown on a terminal.
    /// </summary>
    public T Step<T>(string label, Func<IProgress<string>, T> work)
    {
        if (_terminal != null)
            return _terminal.Status().Start(Markup.Escape(label),
                context => work(new Detail(text => context.Status(Markup.Escape($"{label}: {text}")))));
        bool said = _lines == null;
        return work(new Detail(_ =>
        {
            if (!said)
                _lines!.WriteLine($"faultline: {label}");
            said = true;
        }));
    }

    /// <summary>
    /// Does <paramref name="work"/>, which opens traces with the function that it is given; how far the one opened last has been read, how fast that goes and what time is left
    /// stand on the terminal until the work is done; elsewhere one plain line. One trace at a time.
    /// </summary>
    public T Reading<T>(string label, Func<Func<string, ITraceSource>, T> work)
    {
        if (_terminal == null)
        {
            _lines?.WriteLine($"faultline: {label}");
            return work(TraceFiles.Open);
        }

        return Bars(_terminal).AutoClear(true).HideCompleted(true).Start(context =>
        {
            ProgressTask? task = null;
            int pass = 0;
            return work(path =>
            {
                ITraceSource source = TraceFiles.Open(path, out FileStream file);
                task?.StopTask();
                string what = ++pass == 1 ? label : $"{label}, pass {pass}";
                ProgressTask now = task = context.AddTask(Markup.Escape(what), maxValue: 1);
                now.IsIndeterminate = true;
                return new MeteredTrace(source, file, (rate, share) =>
                {
                    now.Description = Markup.Escape($"{what}: {rate}");
                    now.IsIndeterminate = share == null;
                    now.Value = share ?? 0;
                });
            });
        });
    }

    /// <summary>
    /// Does <paramref name="work"/> in equal steps, with a bar on a terminal and nothing elsewhere. The work tells from any thread how
    /// many events it has gone over since it last did, and whether a step is done.
    /// </summary>
    public T Bar<T>(string label, int steps, Func<Action<ulong, bool>, T> work)
    {
        if (_terminal == null)
            return work((_, _) => { });
        return Bars(_terminal).Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(label), maxValue: steps);
            ulong events = 0;
            long started = Stopwatch.GetTimestamp();
            return work((count, done) =>
            {
                ulong sum = Interlocked.Add(ref events, count);
                if (sum > 0)
                    task.Description = Markup.Escape($"{label}: {MeteredTrace.Rate(sum, Stopwatch.GetElapsedTime(started))}");
                task.Increment(done ? 1 : 0);
            });
        });
    }

    /// <summary>Does <paramref name="work"/>, which tells how many of <paramref name="whole"/> it has done: their number, rate and the time left on a terminal, and nothing elsewhere.</summary>
    public T Counting<T>(string label, string unit, long whole, Func<Action<long>, T> work)
    {
        if (_terminal == null)
            return work(_ => { });
        return Bars(_terminal).AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(label), maxValue: whole);
            long started = Stopwatch.GetTimestamp();
            return work(done =>
            {
                task.Description = Markup.Escape($"{label}: {MeteredTrace.Rate((ulong)done, Stopwatch.GetElapsedTime(started), unit)}");
                task.Value = done;
            });
        });
    }

    private static Spectre.Console.Progress Bars(IAnsiConsole terminal)
        => terminal.Progress().Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn());

    /// <summary>Unlike System.Progress, it calls back at once and in order.</summary>
    private sealed class Detail(Action<string> show) : IProgress<string>
    {
        public void Report(string value) => show(value);
    }
}
