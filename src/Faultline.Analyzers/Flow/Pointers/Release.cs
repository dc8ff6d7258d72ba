using Faultline.Analyzers.Context;

namespace Faultline.Analyzers.Flow.Pointers;

/// <summary>A call that frees or resizes a block, and where the block can come from.</summary>
internal sealed class Release
{
    public Release(AllocationCall call, Origins origins)
    {
        Call = call;
        Origins = origins;
    }

    public AllocationCall Call { get; }

    public Origins Origins { get; private set; }

    public void Join(Origins other) => Origins = Origins.Join(other);
}
