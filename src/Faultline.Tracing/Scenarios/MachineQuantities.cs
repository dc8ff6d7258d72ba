using Faultline.Kernel;

namespace Faultline.Tracing.Scenarios;

/// <summary>What a scenario can ask of the machine, machine.quantity. Sizes are bytes.</summary>
internal static class MachineQuantities
{
    public static IReadOnlyDictionary<string, Func<Machine, decimal>> All { get; } = new Dictionary<string, Func<Machine, decimal>>
    {
        ["ram"] = machine => Bytes(machine.ManagedPages.Value),
        ["free"] = machine => Bytes(machine.FreePages.Value),
        ["used"] = machine => Bytes(machine.ManagedPages.Value - machine.FreePages.Value),
        ["committed"] = machine => Bytes(machine.CommittedPages.Value),
        ["swap_total"] = machine => Bytes(machine.SwapTotal.Value),
        ["swap_free"] = machine => Bytes(machine.SwapFree.Value),
        ["processes"] = machine => machine.Processes.Count,
        ["kills"] = machine => machine.Oom.Kills.Count,
        ["uptime"] = machine => machine.Clock.Now,
    };

    private static decimal Bytes(ulong pages) => pages << PageSize.Shift;
}
