using System.Collections.Immutable;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Worlds that are run one by one, in order; most operations leave most of them as they are, and then nothing is made anew.</summary>
internal struct WorldsChange
{
    private readonly Worlds _before;
    private ImmutableArray<World>.Builder? _after;
    private int _run;

    public WorldsChange(Worlds before)
    {
        _before = before;
        _after = null;
        _run = 0;
    }

    /// <summary>What the next world has become; null if it has come to an end.</summary>
    public void Add(World? world)
    {
        if (_after == null && !ReferenceEquals(world, _before.All[_run]))
        {
            _after = ImmutableArray.CreateBuilder<World>(_before.All.Length);
            for (int i = 0; i < _run; i++)
                _after.Add(_before.All[i]);
        }

        _run++;
        if (_after != null && world != null)
            _after.Add(world);
    }

    public readonly Worlds Apply() => _after == null ? _before : _before.With(_after.ToImmutable());
}
