using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Scenarios.Language;

namespace Faultline.Tracing.Scenarios;

/// <summary>The settings of the 'start' statement, and the process that they ask for.</summary>
internal sealed class StartSettings
{
    private const string Known = "uid, nice, oom_adj, oom_score_adj, tunables";

    private readonly List<Action<Process>> _later = [];

    public MallocTunables Tunables { get; private set; } = MallocTunables.Default;

    public bool HasMalloc => true;

    public void Set(string name, string value, Arguments arguments)
    {
        switch (name)
        {
            case "uid" when uint.TryParse(value, out uint uid):
                _later.Add(process =>
                {
                    process.Task.Uid = uid;
                    process.Task.Capabilities = uid == 0 ? Capabilities.All : Capabilities.None;
                });
                break;
            case "nice" when int.TryParse(value, out int nice) && nice is >= -20 and <= 19:
                _later.Add(process => process.Task.Nice = nice);
                break;
            case "oom_adj" when int.TryParse(value, out int legacy):
                _later.Add(process => Refuse(process.Task.Oom.WriteLegacy(legacy, mayLower: true), name, value, arguments));
                break;
            case "oom_score_adj" when int.TryParse(value, out int score):
                _later.Add(process => Refuse(process.Task.Oom.WriteScore(score, mayLower: true), name, value, arguments));
                break;
            case "tunables":
                Tunables = MallocTunables.Parse(value);
                break;
            case "uid" or "nice" or "oom_adj" or "oom_score_adj":
                throw arguments.Bad($"'{value}' is not allowed for '{name}'");
            default:
                throw arguments.Bad($"no setting '{name}' of a process: one of {Known}");
        }
    }

    public Process Start(Machine machine, string name, Word at)
    {
        Process process;
        try
        {
            process = machine.CreateProcess(LayoutFor(machine));
        }
        catch (OutOfMemoryException e)
        {
            throw new ScenarioStop(at, e.Message);
        }

        process.Task.Comm = name;
        process.Task.CommandLine = [name];
        foreach (Action<Process> setting in _later)
            setting(process);
        return process;
    }

    /// <summary>Room for all that the machine could ever back, between the heap and the mappings: the shadow of malloc mirrors it.</summary>
    private static AddressSpaceLayout LayoutFor(Machine machine)
    {
        const ulong Least = 16UL << 30;
        ulong room = Math.Max(Least, PageSize.Up(machine.ManagedPages.Bytes.Value * 4));
        return new AddressSpaceLayout
        {
            BrkStart = AddressSpaceLayout.X64.BrkStart,
            MmapBase = AddressSpaceLayout.X64.BrkStart + room,
            TaskSize = AddressSpaceLayout.X64.TaskSize,
        };
    }

    private static void Refuse(Errno error, string name, string value, Arguments arguments)
    {
        if (error != Errno.None)
            throw arguments.Bad($"'{value}' is not allowed for '{name}': {(name == "oom_adj" ? "-17 to 15" : "-1000 to 1000")}");
    }
}
