using System.Reflection;
using Faultline.Shim.Engine;
using Faultline.Shim.Runtime;

namespace Faultline;

/// <summary>
/// Figures of the process's native memory, asked for in the process itself: by a test, a service, a benchmark. Works under either route:
/// a program started by <c>faultline run</c>, or one compiled with <c>&lt;FaultlineRouting&gt;true&lt;/FaultlineRouting&gt;</c>.
/// <code>
/// using var session = FaultlineSession.Start();
/// FaultlineMeasurement parsed = session.Measure(() =&gt; Parse(file));
/// Console.WriteLine($"{parsed.Allocations} blocks, {parsed.Bytes} bytes, {parsed.Kernel.MinorFaults} minor faults, {parsed.Totals.LiveBlocks} left");
/// </code>
/// </summary>
/// <remarks>
/// A process has one simulated machine, from its first routed call to its end; any number of sessions look at it, from any thread.
/// Figures are those of the whole process, but for <see cref="StartFlow"/>'s. Disposing of a session ends the looking, not the routing.
/// </remarks>
public sealed class FaultlineSession : IDisposable
{
    private readonly ShimEngine _engine;
    private bool _isDisposed;

    private FaultlineSession(ShimEngine engine) => _engine = engine;

    /// <summary>Whether this process's native calls are routed, so that a session can be started. Asking starts nothing.</summary>
    public static bool IsRouted => ProcessRouting.IsRouted;

    /// <summary>
    /// Looks at this process; makes its simulated machine if no routed call has yet. Throws <see cref="InvalidOperationException"/> where native calls
    /// are not routed (by the compiler: until the first assembly that is has been loaded), or the machine was made with other options before; <see cref="ArgumentOutOfRangeException"/> for an option out of its range.
    /// Under <c>faultline run</c> the options are the tool's.
    /// </summary>
    public static FaultlineSession Start(FaultlineOptions? options = null) => new(ProcessRouting.Start(options));

    /// <summary>
    /// What routed calls did since the process's start: every page is looked at, and everything that the calling thread has done is in it.
    /// Throws <see cref="InvalidOperationException"/> where the simulation had to stop; the message says why.
    /// </summary>
    public FaultlineSnapshot Snapshot()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _engine.Look(session => FaultlineSnapshot.Read(session, SiteNames.Table.Get));
    }

    /// <summary>Does something and tells what it did to native memory. Throws what <paramref name="work"/> throws, and as <see cref="Snapshot"/>.</summary>
    public FaultlineMeasurement Measure(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        FaultlineSnapshot before = Snapshot();
        work();
        return Snapshot().Since(before);
    }

    /// <summary>The same for work that ends later. Everything that the process does meanwhile is counted.</summary>
    public async Task<FaultlineMeasurement> MeasureAsync(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        FaultlineSnapshot before = Snapshot();
        await work().ConfigureAwait(false);
        return Snapshot().Since(before);
    }

    /// <summary>
    /// Measures what the calling code does from here on, apart from what the process's other threads do meanwhile: a test beside other tests, a
    /// request beside others. Its tasks and threads belong to it, for the flow goes wherever the execution context goes. Ends with <see cref="FaultlineFlow.Stop"/>.
    /// </summary>
    public FaultlineFlow StartFlow()
    {
        FaultlineSnapshot before = Snapshot();
        return new FaultlineFlow(this, before, _engine.Session.SiteCount);
    }

    /// <summary>
    /// Whether the compiler routed calls of this assembly or of one that it refers to: these are loaded, so that they are known from here on.
    /// FAULTLINE_OFF is not looked at.
    /// </summary>
    public static bool HasRoutedCalls(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return RoutedAssemblies.Enter(assembly);
    }

    public void Dispose() => _isDisposed = true;
}
