using Faultline.Kernel;
using Faultline.Tracing.Scenarios.Language;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Scenarios;

// Memory cgroups: what a container's memory limit is.
internal sealed partial class ScenarioRun
{
    private void MakeCgroup(Arguments arguments)
    {
        string name = arguments.Text("a name");
        Word at = arguments.Last;
        ulong? limit = null;
        foreach ((string key, string value) in arguments.Settings())
            limit = key == "limit"
                ? Quantity.Size(value) ?? throw arguments.Bad($"'{value}' is no size: limit=64M")
                : throw arguments.Bad($"no setting '{key}' of a cgroup: limit=SIZE");
        if (limit is not { } bytes)
            throw arguments.Bad("a cgroup without a limit changes nothing: add limit=64M");
        if (Machine.Cgroups.FirstOrDefault(group => group.Name == name) is { } existing)
        {
            if (!existing.TrySetLimit(bytes))
                throw new ScenarioStop(at, $"cgroup '{name}' uses {existing.Usage.Bytes.Value:N0} bytes, and not enough of them can be reclaimed for a limit of {bytes:N0} (EBUSY)");
            return;
        }

        Machine.CreateCgroup(name, bytes);
    }

    private MemoryCgroup CgroupNamed(Word word, string name) => Machine.Cgroups.FirstOrDefault(group => group.Name == name)
        ?? throw Unknown(word with { Text = name }, Machine.Cgroups.Select(group => group.Name), "cgroup");
}
