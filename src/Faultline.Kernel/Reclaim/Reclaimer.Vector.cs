// How much of each list is looked at (mm/vmscan.c get_scan_count, shrink_lruvec, 6.18). Anonymous memory and files share the
// work by swappiness, and against what each has lately cost.

namespace Faultline.Kernel;

internal sealed unsafe partial class Reclaimer
{
    private const int EvictableLists = 4;

    private void ShrinkVector(Lruvec vector, ScanControl control)
    {
        Span<ulong> left = stackalloc ulong[EvictableLists];
        Span<ulong> targets = stackalloc ulong[EvictableLists];
        CountScans(vector, control, left);
        left.CopyTo(targets);
        bool proportional = control is { Group: null, IsKswapd: false, Priority: ScanControl.DefaultPriority };
        ulong reclaimed = 0;
        while ((left[(int)LruList.InactiveAnon] | left[(int)LruList.ActiveFile] | left[(int)LruList.InactiveFile]) != 0)
        {
            for (int list = 0; list < EvictableLists; list++)
            {
                ulong pages = Math.Min(left[list], ScanControl.Batch);
                left[list] -= pages;
                if (pages != 0)
                    reclaimed += ShrinkList((LruList)list, (int)pages, vector, control);
            }

            if (reclaimed >= control.Wanted && !proportional && !EvenOut(left, targets))
                break;
        }

        _device.Unplug();
        control.Reclaimed += reclaimed;
        if (_swap.Pages != 0 && InactiveIsLow(vector, 0))
            ShrinkActive(LruList.ActiveAnon, ScanControl.Batch, vector, control);
    }

    private ulong ShrinkList(LruList list, int pages, Lruvec vector, ScanControl control)
    {
        int kind = (int)list / 2;
        if (list is LruList.InactiveAnon or LruList.InactiveFile)
            return ShrinkInactive(list, pages, vector, control);
        if (control.Deactivates(kind))
            ShrinkActive(list, pages, vector, control);
        else
            control.SkippedDeactivate = true;
        return 0;
    }

    private void CountScans(Lruvec vector, ScanControl control, Span<ulong> scans)
    {
        int swappiness = _machine.Options.Swappiness;
        (ulong anon, ulong file, ulong denominator) = (1, 1, 1);
        if (_swap.Free == 0 || (control.Group != null && swappiness == 0))
            anon = 0;
        else if (control.Priority == 0 && swappiness != 0)
            denominator = 1;
        else if (control.FileIsTiny)
            file = 0;
        else if (control.TrimsCache)
            anon = 0;
        else
            (anon, file, denominator) = Pressure(control, (ulong)swappiness);
        for (int list = 0; list < EvictableLists; list++)
            scans[list] = (vector.Size((LruList)list) >> control.Priority) * (list < 2 ? anon : file) / denominator;
    }

    /// <summary>The less a kind has cost, the more of it is looked at (calculate_pressure_balance).</summary>
    private static (ulong Anon, ulong File, ulong Denominator) Pressure(ScanControl control, ulong swappiness)
    {
        ulong total = control.AnonCost + control.FileCost;
        ulong anonCost = total + control.AnonCost, fileCost = total + control.FileCost;
        total = anonCost + fileCost;
        ulong anon = swappiness * (total + 1) / (anonCost + 1);
        ulong file = (200 - swappiness) * (total + 1) / (fileCost + 1);
        return (anon, file, anon + file);
    }

    /// <summary>
    /// Enough was freed: the kind that has less left is let go, and the other is looked at only as far as the first was, in
    /// proportion. False if one of them is done: then that is all.
    /// </summary>
    private static bool EvenOut(Span<ulong> left, ReadOnlySpan<ulong> targets)
    {
        ulong anonLeft = left[0] + left[1], fileLeft = left[2] + left[3];
        if (anonLeft == 0 || fileLeft == 0)
            return false;
        int smaller = fileLeft > anonLeft ? 0 : 2;
        ulong percent = Math.Min(anonLeft, fileLeft) * 100 / (targets[smaller] + targets[smaller + 1] + 1);
        left[smaller] = left[smaller + 1] = 0;
        for (int list = 2 - smaller; list < 4 - smaller; list++)
        {
            ulong scanned = targets[list] - left[list];
            ulong wanted = targets[list] * (100 - percent) / 100;
            left[list] = wanted - Math.Min(wanted, scanned);
        }

        return true;
    }
}
