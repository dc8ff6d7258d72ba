using Faultline.Kernel;
using Faultline.Tracing.Scenarios.Language;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Scenarios;

/// <summary>
/// Carries out a scenario, statement by statement, on one simulated machine. What the statements do is in the other files of
/// this class, by subject.
/// </summary>
internal sealed partial class ScenarioRun : IDisposable
{
    private readonly string _name;
    private readonly TextWriter _output;
    private readonly Dictionary<string, ScenarioProgram> _programs = [];
    private readonly List<ScenarioProgram> _inOrder = [];
    private Statement _current = null!;
    private Machine? _machine;

    public ScenarioRun(string name, TextWriter output)
    {
        _name = name;
        _output = output;
    }

    /// <summary>How many expect lines were met.</summary>
    public int Expectations { get; private set; }

    public int Statements { get; private set; }

    /// <summary>Statements behind this line are left out.</summary>
    public int LastLine { get; init; } = int.MaxValue;

    /// <exception cref="ScenarioException">A statement is wrong, cannot be carried out, or an expectation is not met.</exception>
    public void Run(IReadOnlyList<Statement> statements)
    {
        foreach (Statement statement in statements)
            if (statement.Line <= LastLine)
                Run(statement);
    }

    public void Dispose()
    {
        foreach (ScenarioProgram program in _inOrder)
            program.Dispose();
        _machine?.Dispose();
    }

    /// <summary>The machine, made by the first statement that needs it.</summary>
    public Machine Machine => _machine ??= MakeMachine();

    private void Run(Statement statement)
    {
        _current = statement;
        Statements++;
        try
        {
            if (statement.Process is { } process)
                RunInProcess(process, statement);
            else
                RunOnMachine(statement);
            NoteDeaths(statement.Line);
        }
        catch (ScenarioStop stop)
        {
            throw new ScenarioException(_name, _current.Line, stop.At.Column, stop.Message, stop.IsUnmet);
        }
    }

    private void RunOnMachine(Statement statement)
    {
        var arguments = new Arguments(statement, Expand);
        switch (statement.Verb.Text)
        {
            case "for":
                RunFor(statement, arguments);
                break;
            case "while":
                RunWhile(statement, arguments);
                break;
            default:
                if (!MachineVerbs.TryGetValue(statement.Verb.Text, out Action<ScenarioRun, Arguments>? verb))
                    throw Unknown(statement.Verb, MachineVerbs.Keys.Concat(["for", "while"]), "statement");
                verb(this, arguments);
                break;
        }
    }

    private void RunInProcess(Word name, Statement statement)
    {
        string[] names = Expand(name).Split('.', 2);
        ScenarioProgram program = Running(name with { Text = names[0] });
        _thread = names.Length == 1 ? null : RunningThread(program, name, names[1]);
        if (!ProcessVerbs.TryGetValue(statement.Verb.Text, out Action<ScenarioRun, ScenarioProgram, Arguments>? verb))
            throw Unknown(statement.Verb, ProcessVerbs.Keys, "operation of a process");
        TimeSpent before = SpentFor(program.Process);
        try
        {
            verb(this, program, new Arguments(statement, Expand));
        }
        catch (InvalidOperationException) when (program.Process.HasExited)
        {
            // It was killed in the middle of a call: what the call would have asked of the kernel next does not happen.
        }

        PassTime(program.Process, before);
    }

    /// <summary>Who died in a statement, whoever's it was: the OOM killer picks as it likes.</summary>
    private void NoteDeaths(int line)
    {
        foreach (ScenarioProgram program in _inOrder)
        {
            if (program.EndedAt != 0 || !program.Process.HasExited)
                continue;
            program.EndedAt = line;
            program.WasKilled = Machine.Oom.Kills.Any(kill => kill.Pid == program.Process.Pid);
        }
    }

    private ScenarioProgram Find(Word name) => _programs.TryGetValue(name.Text, out ScenarioProgram? program)
        ? program
        : throw new ScenarioStop(name, $"no process '{name.Text}'{Suggestion(name.Text, _programs.Keys)}: write 'start {name.Text}' before");

    private ScenarioProgram Running(Word name)
    {
        ScenarioProgram program = Find(name);
        if (program.EndedAt == 0)
            return program;
        string end = program.WasKilled ? "was killed by the OOM killer" : "exited";
        throw new ScenarioStop(name, $"process '{name.Text}' {end} at line {program.EndedAt}: nothing can be done in it any more");
    }

    private static ScenarioStop Unknown(Word word, IEnumerable<string> known, string kind)
    {
        string suggestion = Suggestion(word.Text, known);
        string advice = suggestion.Length > 0 ? suggestion : ": one of " + string.Join(", ", known.Where(name => name.Length > 1).Order(StringComparer.Ordinal));
        return new ScenarioStop(word, $"unknown {kind} '{word.Text}'{advice}");
    }

    private static string Suggestion(string text, IEnumerable<string> known)
        => Spelling.Nearest(text, known) is { } near ? $", did you mean '{near}'?" : "";
}
