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

    private Progress(TextWriter? lines, IAnsiConsole? terminal)
    {
        _lines = lines;
        _terminal = terminal;
    }

    public static Progress To(TextWriter error, bool quiet)
        => quiet ? new(null, null)
        : Terminal.Is(error) ? new(null, AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) }))
        : new(error, null);

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
    /// Does <paramref name="work"/> in equal steps, with a bar on a terminal and nothing elsewhere. The work tells from any thread how
    /// many events it has gone over since it last did, and whether a step is done.
    /// </summary>
    public T Bar<T>(string label, int steps, Func<Action<ulong, bool>, T> work)
    {
        if (_terminal == null)
            return work((_, _) => { });
        return _terminal.Progress().Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(label), maxValue: steps);
                ulong events = 0;
                return work((count, done) =>
                {
                    ulong sum = Interlocked.Add(ref events, count);
                    task.Description = Markup.Escape($"{label}: {sum:N0} events");
                    task.Increment(done ? 1 : 0);
                });
            });
    }

    /// <summary>Unlike System.Progress, it calls back at once and in order.</summary>
    private sealed class Detail(Action<string> show) : IProgress<string>
    {
        public void Report(string value) => show(value);
    }
}
