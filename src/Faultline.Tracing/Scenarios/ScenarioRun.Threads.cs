using Faultline.Libc;
using Faultline.Tracing.Scenarios.Language;

namespace Faultline.Tracing.Scenarios;

// Threads: 'app: thread worker' starts one, 'app.worker: …' is what it does. They share their process's memory, and its names for it.
internal sealed partial class ScenarioRun
{
    /// <summary>Whose statement is carried out; null: the process's first thread's.</summary>
    private ScenarioThread? _thread;

    /// <summary>The thread that calls malloc, in a process that has one.</summary>
    private MallocThread Caller(ScenarioProgram program) => _thread?.Malloc ?? program.Malloc!.MainThread;

    private void StartThread(ScenarioProgram program, Arguments arguments)
    {
        string name = arguments.Text("a name for the thread");
        Word at = arguments.Last;
        arguments.End();
        RefuseOddName(name, at, "thread");
        if (program.Threads.TryGetValue(name, out ScenarioThread? old) && old.EndedAt == 0)
            throw new ScenarioStop(at, $"a thread '{name}' of '{program.Name}' runs already: choose another name");
        Malloc(program, arguments);
        if (!program.TryStartThread(name, Caller(program)))
            throw new ScenarioStop(at, $"pthread_create of '{name}' in '{program.Name}' failed (EAGAIN): there is no memory for its stack of 8 MiB or for what the kernel keeps of it");
    }

    /// <summary>pthread_exit, and pthread_join by the first thread.</summary>
    private void ExitThread(ScenarioProgram program, ScenarioThread thread)
    {
        program.EndThread(thread);
        thread.EndedAt = _current.Line;
    }

    private static ScenarioThread RunningThread(ScenarioProgram program, Word word, string name)
    {
        if (!program.Threads.TryGetValue(name, out ScenarioThread? thread))
            throw new ScenarioStop(word, $"'{program.Name}' has no thread '{name}'{Suggestion(name, program.Threads.Keys)}: write '{program.Name}: thread {name}' before");
        if (thread.EndedAt != 0)
            throw new ScenarioStop(word, $"thread '{name}' of '{program.Name}' ended at line {thread.EndedAt}: nothing can be done in it any more");
        return thread;
    }
}
