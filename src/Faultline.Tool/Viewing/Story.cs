using Faultline.Kernel;
using Faultline.Tool.Running;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Scenarios;

namespace Faultline.Tool.Viewing;

/// <summary>A machine to look at: that of a scenario up to a line, or of a trace up to an event.</summary>
internal sealed class Story : IDisposable
{
    /// <summary>How scenario files are told from traces.</summary>
    public const string ScenarioExtension = ".scn";

    private readonly IDisposable _owner;

    private Story(IDisposable owner, Machine machine) => (_owner, Machine) = (owner, machine);

    public Machine Machine { get; }

    /// <param name="path">A scenario (.scn) or a trace of any format.</param>
    /// <param name="at">Line of the scenario or number of the event after which to stop; null for the end.</param>
    /// <param name="error">Told in one line where the program's maps, which the trace has, are not shown.</param>
    /// <exception cref="UsageException">The file cannot be read, or a statement of it cannot be carried out.</exception>
    public static Story Open(string path, ulong? at, TextWriter error)
    {
        if (Path.GetExtension(path) == ScenarioExtension)
            return OfScenario(path, at);
        (ReplayStory story, TraceMetadata trace) = Progress.OnTerminal(error).Reading($"replaying {Path.GetFileName(path)}", open =>
        {
            using ITraceSource source = open(path);
            ReplayOptions options = new() { TraceName = Path.GetFileName(path) };
            return (TraceReplay.Play(source, options, at ?? ulong.MaxValue), source.Metadata);
        });
        if (at is { } wanted && story.Events < wanted)
        {
            story.Dispose();
            throw new UsageException($"--at {wanted} is past the end: {path} has {story.Events} events");
        }

        if (trace.Program.Length == 0)
            story.Machine.Processes[0].Task.Comm = Path.GetFileNameWithoutExtension(path);
        if (story.Note is { } note)
            error.WriteLine($"faultline: {note}");
        return new Story(story, story.Machine);
    }

    public void Dispose() => _owner.Dispose();

    private static Story OfScenario(string path, ulong? at)
    {
        string text = TextFile.Read(path, "a scenario");
        int lines = text.Split('\n').Length;
        if (at > (ulong)lines)
            throw new UsageException($"--at {at} is past the end: {path} has {lines} lines");
        try
        {
            ScenarioStory story = Scenario.Play(path, text, TextWriter.Null, at is { } line ? (int)line : int.MaxValue);
            return new Story(story, story.Machine);
        }
        catch (ScenarioException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
