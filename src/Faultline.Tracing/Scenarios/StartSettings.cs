using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Scenarios.Language;

namespace Faultline.Tracing.Scenarios;

/// <summary>The settings of the 'start' statement, and the process that they ask for.</summary>
internal sealed class StartSettings
{
    private const string Known = "image, bits, cgroup, uid, nice, oom_adj, oom_score_adj, libc, tunables";

    private static readonly Dictionary<string, ProgramImage> Images = new() { ["daemon"] = ProgramImages.Daemon, ["dotnet"] = ProgramImages.DotNet };

    private readonly List<Action<Process>> _later = [];
    private ProgramImage? _image;
    private string? _cgroup;
    private bool _is32Bit;
    private string _tunables = "";

    public MallocTunables Tunables => MallocTunables.Parse(_tunables, Libc);

    public LibcProfile Libc { get; private set; } = LibcProfile.Default;

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
            case "image" when Images.TryGetValue(value, out ProgramImage? image):
                _image = image;
                break;
            case "image":
                throw arguments.Bad($"no image '{value}': {string.Join(", ", Images.Keys)}");
            case "bits" when value is "32" or "64":
                _is32Bit = value == "32";
                break;
            case "cgroup":
                _cgroup = value;
                break;
            case "tunables":
                _tunables = value;
                break;
            case "libc":
                Libc = LibcProfile.Find(value) ?? throw arguments.Bad($"no libc '{value}': {LibcProfile.Names}");
                break;
            case "bits" or "uid" or "nice" or "oom_adj" or "oom_score_adj":
                throw arguments.Bad($"'{value}' is not allowed for '{name}'");
            default:
                throw arguments.Bad($"no setting '{name}' of a process: one of {Known}");
        }
    }

    public Process Start(Machine machine, string name, Word at)
    {
        MemoryCgroup? group = _cgroup == null ? null : machine.Cgroups.FirstOrDefault(group => group.Name == _cgroup)
            ?? throw new ScenarioStop(at, $"no cgroup '{_cgroup}': write 'cgroup {_cgroup} limit=SIZE' before");
        Process process;
        try
        {
            if (_image != null && (_is32Bit || Is32Bit(machine)))
                throw new ScenarioStop(at, "images are 64-bit programs: leave 'image' out for a 32-bit process");
            process = _image == null ? machine.CreateProcess(LayoutFor(machine), group) : machine.Spawn(_image, group, Room(machine));
        }
        catch (OutOfMemoryException e)
        {
            throw new ScenarioStop(at, e.Message);
        }

        process.Task.Comm = name;
        if (_image == null)
            process.Task.CommandLine = [name];
        foreach (Action<Process> setting in _later)
            setting(process);
        return process;
    }

    /// <summary>Room for all that the machine could ever back, between the heap and the mappings: the shadow of malloc mirrors it.</summary>
    private static ulong Room(Machine machine)
    {
        const ulong Least = 64UL << 30;
        return Math.Max(Least, PageSize.Up(machine.ManagedPages.Bytes.Value * 4));
    }

    /// <summary>glibc's malloc is modelled for 64 bits.</summary>
    public bool HasMalloc(Machine machine) => !_is32Bit && !Is32Bit(machine);

    /// <summary>The addresses of a process that nothing is asked of.</summary>
    public static AddressSpaceLayout DefaultLayout(Machine machine) => Is32Bit(machine) ? AddressSpaceLayout.X86 : AddressSpaceLayout.X64;

    private static bool Is32Bit(Machine machine) => machine.Options.Architecture != MachineArchitecture.X64;

    private AddressSpaceLayout LayoutFor(Machine machine) => Is32Bit(machine) ? AddressSpaceLayout.X86 : _is32Bit ? AddressSpaceLayout.X86OnX64 : new()
    {
        BrkStart = AddressSpaceLayout.X64.BrkStart,
        MmapBase = AddressSpaceLayout.X64.BrkStart + Room(machine),
        TaskSize = AddressSpaceLayout.X64.TaskSize,
    };

    private static void Refuse(Errno error, string name, string value, Arguments arguments)
    {
        if (error != Errno.None)
            throw arguments.Bad($"'{value}' is not allowed for '{name}': {(name == "oom_adj" ? "-17 to 15" : "-1000 to 1000")}");
    }
}
