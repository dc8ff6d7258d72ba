using Faultline.Kernel;
using Faultline.Tracing.Scenarios.Language;

namespace Faultline.Tracing.Scenarios;

// Statements of the machine: its parameters, its clock, its /proc, and what is printed.
internal sealed partial class ScenarioRun
{
    private const uint RootUid = 0;

    private static readonly Dictionary<string, Action<ScenarioRun, Arguments>> MachineVerbs = new()
    {
        ["machine"] = (run, arguments) => run.SetMachine(arguments),
        ["start"] = (run, arguments) => run.StartProcess(arguments),
        ["cgroup"] = (run, arguments) => run.MakeCgroup(arguments),
        ["file"] = (run, arguments) => run.MakeFile(arguments),
        ["unlink"] = (run, arguments) => run.UnlinkFile(arguments),
        ["truncate"] = (run, arguments) => run.TruncateFile(arguments),
        ["sync"] = (run, arguments) => run.Sync(arguments),
        ["swapoff"] = (run, arguments) => run.SwitchSwap(arguments, on: false),
        ["swapon"] = (run, arguments) => run.SwitchSwap(arguments, on: true),
        ["sleep"] = (run, arguments) => run.Sleep(arguments),
        ["su"] = (run, arguments) => run.SwitchUser(arguments),
        ["write"] = (run, arguments) => run.WriteProc(arguments),
        ["refused"] = (run, arguments) => run.ExpectRefusal(arguments),
        ["cat"] = (run, arguments) => run.PrintFile(arguments),
        ["print"] = (run, arguments) => run.Print(arguments),
        ["echo"] = (run, arguments) => run._output.WriteLine(arguments.Rest()),
        ["show"] = (run, arguments) => run.Show(arguments),
        ["let"] = (run, arguments) => run.Let(arguments),
        ["expect"] = (run, arguments) => run.Expect(arguments),
    };

    private MachineOptions _options = new() { RamBytes = 1UL << 30 };
    private ProcCaller _caller = ProcCaller.Root;

    /// <summary>The statements that are no process's, for help and suggestions.</summary>
    public static IEnumerable<string> Verbs => MachineVerbs.Keys;

    private Machine MakeMachine()
    {
        try
        {
            var machine = new Machine(_options);
            // Process 1 is nobody's victim; without it the first process of a scenario would be.
            Process init = machine.CreateProcess(StartSettings.DefaultLayout(machine));
            init.Task.Comm = "init";
            init.Task.CommandLine = ["/sbin/init"];
            return machine;
        }
        catch (Exception e) when (e is ArgumentException or OutOfMemoryException)
        {
            throw new ScenarioStop(_current.Verb, e.Message);
        }
    }

    private void SetMachine(Arguments arguments)
    {
        if (_machine != null)
            throw arguments.Bad("the machine runs already: put 'machine' before everything else");
        foreach ((string name, string value) in arguments.Settings())
            _options = MachineSettings.Apply(_options, name, value, arguments);
    }

    private void Sleep(Arguments arguments)
    {
        ulong time = arguments.Time("a time");
        arguments.End();
        Machine.Clock.Sleep(time, Machine.Options.Cpus);
    }

    private void SwitchUser(Arguments arguments)
    {
        string user = arguments.Text("root or the number of a user");
        arguments.End();
        if (user == "root")
            _caller = ProcCaller.Root;
        else if (uint.TryParse(user, out uint uid))
            _caller = ProcCaller.User(uid);
        else
            throw arguments.Bad($"'{user}' is no user: root, or a number such as 1000");
    }

    private void WriteProc(Arguments arguments)
    {
        (string path, string text, Errno error) = TryWrite(arguments);
        if (error != Errno.None)
            throw arguments.Bad($"writing '{text}' to {path} failed: {Explain(error, path)}");
    }

    private void ExpectRefusal(Arguments arguments)
    {
        Errno? wanted = null;
        string word = arguments.Text("a statement that must fail, as in: refused EACCES write /proc/…");
        if (Enum.TryParse(word, out Errno named) && word.StartsWith('E'))
        {
            wanted = named;
            word = arguments.Text("'write', 'swapoff' or 'swapon'");
        }

        if (word is not ("write" or "swapoff" or "swapon"))
            throw arguments.Bad($"'{word}' cannot be refused: only 'write', 'swapoff' and 'swapon' can");
        (string what, Errno error) = Try(word, arguments);
        if (error == Errno.None)
            throw new ScenarioStop(arguments.Last, $"{what} should have been refused, and was not", isUnmet: true);
        if (wanted is { } errno && errno != error)
            throw new ScenarioStop(arguments.Last, $"{what} was refused with {error}, not with {errno}", isUnmet: true);
        Expectations++;
    }

    private (string What, Errno Error) Try(string verb, Arguments arguments)
    {
        if (verb != "write")
            return (verb, TrySwitchSwap(arguments, verb == "swapon"));
        (string path, string text, Errno error) = TryWrite(arguments);
        return ($"writing '{text}' to {path}", error);
    }

    private (string Path, string Text, Errno Error) TryWrite(Arguments arguments)
    {
        string path = arguments.Text("a file of /proc");
        string text = arguments.Rest();
        Errno error = Machine.Proc.Write(path, text, _caller);
        if (error == Errno.ENOENT)
            throw arguments.Bad($"no file {path}{Suggestion(path, Machine.Proc.MachineFiles)}: 'print files' lists all");
        return (path, text, error);
    }

    private string Explain(Errno error, string path) => error switch
    {
        Errno.EACCES when _caller.Uid != RootUid => $"Permission denied (EACCES): user {_caller.Uid} has not the right, 'su root' has",
        Errno.EACCES => $"Permission denied (EACCES): nobody writes to {path}",
        Errno.EINVAL => "Invalid argument (EINVAL): the kernel does not take this value",
        _ => error.ToString(),
    };

    private void PrintFile(Arguments arguments)
    {
        string path = arguments.Text("a file of /proc");
        arguments.End();
        _output.Write(ReadProc(path, arguments.Last));
    }

    private string ReadProc(string path, Word at)
    {
        ProcText text = Machine.Proc.Read(path, _caller);
        return text.Error switch
        {
            Errno.None => text.Text,
            Errno.EACCES => throw new ScenarioStop(at, $"{path}: Permission denied for user {_caller.Uid}: 'su root' may read it"),
            _ => throw new ScenarioStop(at, $"no file {path}{Suggestion(path, Machine.Proc.MachineFiles)}: 'print files' lists all"),
        };
    }
}
