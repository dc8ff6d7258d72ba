using Faultline.Kernel;
using Faultline.Tracing.Scenarios.Language;

namespace Faultline.Tracing.Scenarios;

// Processes come and go.
internal sealed partial class ScenarioRun
{
    private void StartProcess(Arguments arguments)
    {
        string name = arguments.Text("a name");
        Word at = arguments.Last;
        RefuseTakenName(name, at);
        var settings = new StartSettings();
        foreach ((string key, string value) in arguments.Settings())
            settings.Set(key, value, arguments);
        Add(new ScenarioProgram(name, settings.Start(Machine, name, at), settings.Libc, settings.Tunables, settings.HasMalloc(Machine)));
    }

    private void Fork(ScenarioProgram parent, Arguments arguments)
    {
        string name = arguments.Text("a name for the child");
        Word at = arguments.Last;
        arguments.End();
        RefuseTakenName(name, at);
        ScenarioProgram child = parent.TryFork(name, _thread) ?? throw new ScenarioStop(at, $"fork of '{parent.Name}' failed: ENOMEM");
        child.Process.Task.Comm = name;
        Add(child);
    }

    private void Exit(ScenarioProgram program, Arguments arguments)
    {
        arguments.End();
        if (_thread is { } thread)
        {
            ExitThread(program, thread);
            return;
        }

        program.Process.Exit();
        program.EndedAt = _current.Line;
    }

    private void Compute(ScenarioProgram program, Arguments arguments)
    {
        ulong time = arguments.Time("a time of the processor");
        arguments.End();
        Machine.Clock.Run(program.Process.Task, time, Machine.Options.Cpus);
    }

    private void Add(ScenarioProgram program)
    {
        _programs[program.Name] = program;
        _inOrder.Add(program);
    }

    private static void RefuseOddName(string name, Word at, string kind)
    {
        if (name.Length == 0 || name.Any(character => !char.IsAsciiLetterOrDigit(character) && character is not ('_' or '-')))
            throw new ScenarioStop(at, $"'{name}' is no name of a {kind}: letters, digits, '_' and '-'");
    }

    private void RefuseTakenName(string name, Word at)
    {
        if (name is "machine" or "buddy" or "cgroup" or "slab")
            throw new ScenarioStop(at, $"'{name}' means something else in 'expect': choose another name");
        RefuseOddName(name, at, "process");
        if (_programs.TryGetValue(name, out ScenarioProgram? old) && old.EndedAt == 0)
            throw new ScenarioStop(at, $"a process '{name}' runs already: choose another name");
    }
}
