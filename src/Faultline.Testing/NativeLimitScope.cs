using System.Diagnostics;
using System.Reflection;
using Faultline.Testing.Judging;

namespace Faultline.Testing;

/// <summary>Code under limits: a flow of the process's session from the start to the check. Disposed of without a check it ends without a word.</summary>
internal sealed class NativeLimitScope : IDisposable
{
    private readonly List<MemoryLimits> _limits;
    private readonly FaultlineFlow _flow;
    private bool _isChecked;

    private NativeLimitScope(MemoryLimits limits, FaultlineFlow flow)
    {
        _limits = [limits];
        _flow = flow;
    }

    /// <summary>Throws <see cref="NativeLimitException"/> where native calls are not routed: what is not measured must not pass.</summary>
    [StackTraceHidden]
    public static NativeLimitScope Begin(MemoryLimits limits, Assembly code)
    {
        try
        {
            // A routed library may not be loaded yet.
            if (!FaultlineSession.IsRouted)
                FaultlineSession.HasRoutedCalls(code);
            return new(limits, FaultlineSession.Start().StartFlow());
        }
        catch (InvalidOperationException e)
        {
            // Where it was switched off that is all there is to say.
            string forOnce = e.Message.Contains("FaultlineRouting", StringComparison.Ordinal) ? "; for one run: dotnet test -p:FaultlineRouting=true" : "";
            throw new NativeLimitException($"native memory limits cannot be checked: {e.Message}{forOnce}");
        }
    }

    /// <summary>Further limits on the same code.</summary>
    public void Add(MemoryLimits limits) => _limits.Add(limits);

    /// <summary>Ends the measuring; throws <see cref="NativeLimitException"/> with every limit that is broken. The second time it does nothing.</summary>
    [StackTraceHidden]
    public void Check()
    {
        if (_isChecked)
            return;
        _isChecked = true;
        FlowMeasurement measured = _flow.Stop();
        string[] broken = [.. _limits.SelectMany(limits => Judge(limits, measured)).OfType<string>()];
        if (broken.Length > 0)
            throw new NativeLimitException(string.Join("\n\n", broken));
    }

    public void Dispose() => _flow.Dispose();

    /// <summary>What only waits for its finalizer is not left.</summary>
    private FlowMeasurement AfterCollection()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return _flow.Stop();
    }

    private IEnumerable<string?> Judge(MemoryLimits limits, FlowMeasurement measured)
    {
        if (limits.Faults is { } faults)
            yield return FaultLimit.Judge(faults, measured);
        if (limits.Memory is { } memory)
            yield return HeldLimit.Judge(memory, measured);
        if (limits.Leaks is { } leaks)
            yield return LeakLimit.Judge(leaks, measured, AfterCollection);
    }
}
