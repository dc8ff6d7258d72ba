using System.Globalization;
using Xunit.Abstractions;

namespace Faultline.Kernel.Tests;

/// <summary>Whom this machine's kernel kills in a memory cgroup, and whom the model does.</summary>
public sealed class OomVictimTests(ITestOutputHelper output)
{
    private const ulong LimitMib = 48;
    private const int Seeds = 10;

    [CgroupFact]
    public void TheSameProcessDies()
    {
        string probe = RealKernel.Compile("oom-probe.c");
        for (int seed = 1; seed <= Seeds; seed++)
        {
            (int Mib, int Adjustment)[] processes = Draw(new Random(seed));
            int real = OnThisMachine(probe, processes), model = InTheModel(processes);
            string story = string.Join(", ", processes.Select(process => $"{process.Mib} MiB {process.Adjustment:+0;-0;0}"));
            output.WriteLine($"seed {seed}: {story}: real {real}, model {model}");
            Assert.True(real >= 0, $"seed {seed}: nobody was killed for real");
            Assert.True(real == model, $"seed {seed} ({story}): the kernel killed process {real}, the model {model}");
        }
    }

    /// <summary>Two or three processes that fit into the limit together; the last one will grow.</summary>
    private static (int Mib, int Adjustment)[] Draw(Random random)
    {
        var processes = new (int, int)[random.Next(2, 4)];
        for (int i = 0; i < processes.Length; i++)
            processes[i] = (random.Next(2, (int)LimitMib / processes.Length), random.Next(0, 9) * 50);
        return processes;
    }

    private static int OnThisMachine(string probe, (int Mib, int Adjustment)[] processes)
    {
        using var group = new RealCgroup(LimitMib << 20);
        string[] sizes = [.. processes.SelectMany(process => (string[])[Text(process.Mib), Text(process.Adjustment)])];
        return int.Parse(group.Run(probe, [group.Folder, .. sizes]), CultureInfo.InvariantCulture);
    }

    private static int InTheModel((int Mib, int Adjustment)[] processes)
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30, Thp = ThpPolicy.Never });
        machine.Spawn(ProgramImages.Daemon);
        MemoryCgroup group = machine.CreateCgroup("group", LimitMib << 20);
        List<Process> started = [];
        foreach ((int mib, int adjustment) in processes)
        {
            Process process = machine.CreateProcess(AddressSpaceLayout.X64, group);
            Assert.Equal(Errno.None, process.Task.Oom.WriteScore(adjustment, mayLower: true));
            started.Add(process);
            Touch(process, (ulong)mib << 20);
        }

        Touch(started[^1], 1UL << 30);
        return started.FindIndex(process => process.Pid == machine.Oom.Kills[0].Pid);
    }

    private static void Touch(Process process, ulong bytes)
    {
        if (process.HasExited)
            return;
        SystemCallResult area = process.Mmap(VirtualAddress.Null, bytes, Protection.ReadWrite, MapFlags.Private | MapFlags.NoReserve);
        process.AccessRange(area.Address, bytes, AccessKind.Write);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
