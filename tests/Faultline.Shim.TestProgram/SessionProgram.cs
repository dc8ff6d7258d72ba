using Faultline.Kernel;

namespace Faultline.Shim.TestProgram;

/// <summary>A program that asks for its own figures, and prints them.</summary>
internal static class SessionProgram
{
    public static int Run()
    {
        Console.WriteLine($"routed {FaultlineSession.IsRouted}");
        FaultlineSession session;
        try
        {
            session = FaultlineSession.Start(new FaultlineOptions { RamBytes = 1UL << 30, SnapshotInterval = TimeSpan.Zero });
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.Message);
            return 3;
        }

        using (session)
        {
            Console.WriteLine($"routed {FaultlineSession.IsRouted}");
            Print(session.Measure(Program.Work));
            Print(session.Measure(Program.Work));
            Print(session.Measure(() => { }));
        }

        try
        {
            session.Snapshot();
        }
        catch (ObjectDisposedException)
        {
            Console.WriteLine("disposed");
        }

        return 0;
    }

    public static int OtherOptions()
    {
        try
        {
            FaultlineSession.Start(new FaultlineOptions { RamBytes = 1UL << 30, TransparentHugePages = ThpPolicy.Never });
            return 1;
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.Message);
        }

        try
        {
            FaultlineSession.Start(new FaultlineOptions { RamBytes = 1 });
            return 2;
        }
        catch (ArgumentOutOfRangeException e)
        {
            Console.WriteLine(e.Message.ReplaceLineEndings(" "));
        }

        using FaultlineSession session = FaultlineSession.Start();
        Console.WriteLine(session.Snapshot().Totals.Allocations);
        return 0;
    }

    private static void Print(FaultlineMeasurement measured)
    {
        KernelAmounts kernel = measured.Kernel;
        Console.WriteLine($"{measured.Allocations} blocks {measured.Bytes} bytes {kernel.MinorFaults}+{kernel.MajorFaults} faults "
            + $"brk {kernel.BrkCalls} mmap {kernel.MmapCalls} live {measured.LiveBlocks} {measured.LiveBytes} left {measured.Totals.LiveBlocks} {measured.Totals.LiveBytes}");
        foreach (SiteAmounts site in measured.Sites)
            Console.WriteLine($"  {site.Site.Display}: {site.Amounts.Allocations} {site.Amounts.RequestedBytes} {site.Amounts.MinorFaults} {site.Amounts.LiveBlocks}");
    }
}
