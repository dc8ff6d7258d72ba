using Faultline.Tracing.Session;

namespace Faultline.Shim.Observers;

/// <summary>Observes nothing: every requested byte counts as written when its block is handed out, whatever the program does.</summary>
internal sealed class AssumedObserver : TouchObserver
{
    public override ObserverKind Kind => ObserverKind.Assumed;

    public override int Scan(ulong start, ulong end, out ulong next)
    {
        next = end;
        return 0;
    }
}
