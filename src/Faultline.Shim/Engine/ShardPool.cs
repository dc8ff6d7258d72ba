using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

/// <summary>Gives each thread a shard of the session to count in, and takes it back at the thread's end. The lock of the list of threads is held.</summary>
internal sealed unsafe class ShardPool(SessionFile session)
{
    private readonly Stack<int> _free = new();
    private int _used = 1;

    /// <summary>The shard for threads that find no other.</summary>
    public static int Shared(SessionFile session) => SessionLayout.ShardCount((uint)session.SiteCount) - 1;

    public int Take()
    {
        if (_free.TryPop(out int shard))
            return shard;
        shard = Math.Min(_used, Shared(session));
        _used = shard + 1;
        Volatile.Write(ref session.Header->ShardsUsed, (uint)_used);
        return shard;
    }

    public void Return(int shard)
    {
        if (shard != Shared(session))
            _free.Push(shard);
    }
}
