using Faultline.Kernel;
using Faultline.Tracing.Scenarios.Language;

namespace Faultline.Tracing.Scenarios;

// The swap area taken out of use and back, and pages that are to go there.
internal sealed partial class ScenarioRun
{
    private void SwitchSwap(Arguments arguments, bool on)
    {
        Errno error = TrySwitchSwap(arguments, on);
        if (error != Errno.None)
            throw arguments.Bad($"{(on ? "swapon" : "swapoff")} failed: {ExplainSwap(error)}");
    }

    /// <summary>Process 1 does it for whoever types.</summary>
    private Errno TrySwitchSwap(Arguments arguments, bool on)
    {
        arguments.End();
        Process init = Machine.Processes[0];
        if ((_caller.Capabilities & Capabilities.SysAdmin) == 0)
            return Errno.EPERM;
        return on ? Machine.SwapOn(init) : Machine.SwapOff(init);
    }

    private string ExplainSwap(Errno error) => error switch
    {
        Errno.EPERM => $"Operation not permitted (EPERM): user {_caller.Uid} has not the right, 'su root' has",
        Errno.ENOMEM => "Cannot allocate memory (ENOMEM): what lies in swap does not fit into memory, end a process first",
        Errno.EBUSY => "Device or resource busy (EBUSY): the swap area is in use already",
        _ => "Invalid argument (EINVAL): the machine has no swap in use, 'machine swap=SIZE' gives it some",
    };

    /// <summary>The kernel would keep what has no slot and say nothing; a story that counts on it is wrong.</summary>
    private void RefuseMoreSlots(Process process, ulong start, ulong length, string name, Word at)
    {
        ulong pages = process.SwappablePages(new VirtualAddress(start), length).Value, slots = Machine.SwapTotal.Value;
        if (pages <= slots)
            return;
        throw new ScenarioStop(at, slots == 0
            ? $"'{name}' has {pages:N0} pages to page out, the machine has no swap in use: give it some by 'machine swap=SIZE'"
            : $"'{name}' has {pages:N0} pages to page out, the machine has {slots:N0} slots of swap: give it more by 'machine swap=', or page out a part");
    }
}
