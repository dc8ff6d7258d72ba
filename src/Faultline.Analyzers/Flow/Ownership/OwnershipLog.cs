// What is found while the solved graph is run once more. A block is used after it was freed, or freed twice, only if that is so in every
// world that comes to the place, or in every one that comes there from an exception that the body has caught.

using System.Collections.Generic;
using System.Linq;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Gathers findings, leaks and stores into fields; deaf until it is turned on.</summary>
internal sealed class OwnershipLog
{
    private readonly List<Tally> _checks = []; // of one operation: few
    private readonly List<Finding> _findings = [];
    private readonly Dictionary<SyntaxNode, Leak> _leaks = [];
    private readonly List<FieldStore> _stores = [];
    private Dictionary<int, (SyntaxNode Exchange, int Taken)>? _exchanges;
    private readonly HashSet<int> _released = [];
    private readonly HashSet<int> _handedOn = [];
    private readonly HashSet<int> _used = [];
    private readonly Dictionary<SyntaxNode, BlockLife> _lives = [];
    private readonly Dictionary<SyntaxNode, GivenBlocks> _given = [];
    private readonly HandingLoops _loops = new();

    /// <summary>The operation that is being run.</summary>
    public SyntaxNode? Operation { get; set; }

    public bool IsOn { get; set; }

    public IEnumerable<Finding> Findings => _findings.OrderBy(finding => finding.Syntax.SpanStart);

    public IEnumerable<Leak> Leaks => _leaks.Values.OrderBy(leak => leak.Site.Syntax.SpanStart);

    public IEnumerable<FieldStore> Stores => _stores.OrderBy(store => store.Syntax.SpanStart);

    public bool IsUsed(int site) => _used.Contains(site);

    public bool IsReleased(int site) => _released.Contains(site);

    public void Used(int site)
    {
        if (IsOn)
            _used.Add(site);
    }

    public void Released(int site)
    {
        if (!IsOn)
            return;
        _released.Add(site);
        if (Operation != null)
            _loops.Add(site, Operation);
    }

    public void HandedOn(int site)
    {
        if (IsOn)
            _handedOn.Add(site);
        Released(site);
    }

    public IEnumerable<BlockLife> Lives => _lives.Values;

    public IEnumerable<GivenBlocks> Given => _given.Values;

    /// <summary>A call of the API table is given a pointer to free or resize.</summary>
    public void Give(AllocationCall call, Value value, Sites sites)
    {
        if (!IsOn)
            return;
        if (!_given.TryGetValue(call.Syntax, out GivenBlocks? given))
            _given.Add(call.Syntax, given = new GivenBlocks(call));
        given.Add(value, sites);
    }

    /// <summary>The block is given back for certain, or resized.</summary>
    public void Freed(Site site, SyntaxNode call, bool isResized)
    {
        if (LifeOf(site) is not { } life)
            return;
        life.IsResized |= isResized;
        life.FreeSet.Add(call);
    }

    /// <summary>The block is stored or returned.</summary>
    public void Kept(Site site)
    {
        if (LifeOf(site) is { } life)
            life.IsKept = true;
    }

    private BlockLife? LifeOf(Site site)
    {
        if (!IsOn || site.Kind != SiteKind.Block)
            return null;
        if (!_lives.TryGetValue(site.Syntax, out BlockLife? life))
            _lives.Add(site.Syntax, life = new BlockLife(site.Syntax));
        return life;
    }

    public void Add(FindingKind kind, SyntaxNode syntax, Site? site, SyntaxNode? before = null)
    {
        if (IsOn && !IsFound(kind, syntax))
            _findings.Add(new Finding(kind, syntax, site, before));
    }

    private bool IsFound(FindingKind kind, SyntaxNode syntax)
    {
        foreach (Finding finding in _findings)
            if (finding.Kind == kind && finding.Syntax == syntax)
                return true;
        return false;
    }

    public void AddStore(IFieldSymbol field, SyntaxNode syntax, Site site)
    {
        if (!IsOn || site.Kind != SiteKind.Block)
            return;
        int index = _stores.FindIndex(store => SymbolEqualityComparer.Default.Equals(store.Field, field) && store.Site.Syntax == site.Syntax);
        FieldStore latest = new(field, syntax, site);
        if (index < 0)
            _stores.Add(latest);
        else
            _stores[index] = latest;
    }

    /// <param name="way">Null for a block that is left behind inside of the body, by a loop that comes round or by an assignment.</param>
    public void AddLeak(Site site, SiteState state, SyntaxNode? way)
    {
        if (!IsOn || site.Kind != SiteKind.Block)
            return;
        if (!_leaks.TryGetValue(site.Syntax, out Leak? leak))
            _leaks.Add(site.Syntax, leak = new Leak(site));
        if (state.Has(SiteStatus.Thrown))
            leak.ThrownBy = leak.ThrownBy == null || state.ThrownBy!.SpanStart < leak.ThrownBy.SpanStart ? state.ThrownBy : leak.ThrownBy;
        else
        {
            leak.IsOnNormalPath = true;
            leak.IsInside |= way == null;
            if (way != null)
                leak.Ways = leak.Ways.Add(way);
        }
    }

    /// <summary>Counts whether the block is gone in this world.</summary>
    public void Check(FindingKind kind, SyntaxNode at, Value value, World world)
    {
        if (!IsOn || value.Targets.IsEmpty)
            return;
        TallyOf(kind, at).Count(value, world);
    }

    /// <summary>Counts whether the pointer is the start of a block of the heap.</summary>
    public void CheckStart(SyntaxNode call, Value value, Sites sites)
    {
        if (!IsOn)
            return;
        bool isWrong = !value.Targets.IsEmpty && !value.CanBeOther && value.Targets.All(target => target.IsMoved || !sites[target.Site].IsHeap);
        TallyOf(FindingKind.NotStart, call).Count(isWrong, value);
    }

    /// <param name="taken">What the field has held until then.</param>
    public void Exchanged(Place field, SyntaxNode exchange, int taken) => (_exchanges ??= [])[field.Number] = (exchange, taken);

    /// <summary>The field is freed that an exchange has set to null, and what it held is still there.</summary>
    public void CheckExchanged(SyntaxNode call, Place? pointer, Value value, World world)
    {
        if (pointer is { IsField: true } field && value.IsZero && _exchanges != null && _exchanges.TryGetValue(field.Number, out (SyntaxNode Exchange, int Taken) found)
            && world.TryGet(found.Taken, out SiteState state) && !state.IsGone && !state.Has(SiteStatus.Escaped))
            Add(FindingKind.FreedAfterExchange, found.Exchange, null, call);
    }

    /// <summary>All worlds have run the operation: what is certain becomes a finding.</summary>
    public void EndOperation(Sites sites)
    {
        foreach (Tally check in _checks)
            if (check.IsCertain && !IsFound(check.Kind, check.Syntax))
                _findings.Add(new Finding(check.Kind, check.Syntax, sites[check.Example!.Site], check.State.ReleasedBy, check.State.Has(SiteStatus.Resized), check.Example));
        _checks.Clear();
    }

    private Tally TallyOf(FindingKind kind, SyntaxNode syntax)
    {
        foreach (Tally known in _checks)
            if (known.Kind == kind && known.Syntax == syntax)
                return known;
        Tally tally = new(kind, syntax);
        _checks.Add(tally);
        return tally;
    }

    public void CompleteLeaks(Sites sites)
    {
        foreach (Site site in sites.All)
        {
            if (_lives.TryGetValue(site.Syntax, out BlockLife? life))
            {
                life.IsHandedOn |= _handedOn.Contains(site.Number);
                life.Leaks |= _leaks.TryGetValue(site.Syntax, out Leak? left) && left.IsOnNormalPath;
            }

            if (_released.Contains(site.Number) && _leaks.TryGetValue(site.Syntax, out Leak? leak))
            {
                _loops.Excuse(leak, site);
                leak.IsReleasedSomewhere = true;
                leak.IsHandedOn |= _handedOn.Contains(site.Number);
            }
        }
    }

    /// <summary>Worlds in which it is so and worlds in which it is not, those that an exception has led to counted apart.</summary>
    private sealed class Tally
    {
        private int _wrong;
        private int _right;
        private int _wrongAfterThrow;
        private int _rightAfterThrow;
        private bool _isMovedByLoop;

        public Tally(FindingKind kind, SyntaxNode syntax)
        {
            Kind = kind;
            Syntax = syntax;
        }

        public FindingKind Kind { get; }

        public SyntaxNode Syntax { get; }

        /// <summary>Null as long as nothing was wrong.</summary>
        public Target? Example { get; private set; }

        public SiteState State { get; private set; } = SiteState.None;

        /// <summary>A loop that moves the pointer forward and may also not run at all counts as one that runs.</summary>
        public bool IsCertain => (_wrong > 0 && _right == 0) || _isMovedByLoop || (_wrongAfterThrow > 0 && _rightAfterThrow == 0);

        public void Count(Value value, World world)
        {
            bool isGone = !value.CanBeOther && !value.CanBeZero;
            bool isThrown = false;
            SiteState example = SiteState.None;
            foreach (Target target in value.Targets)
            {
                bool isKnown = world.TryGet(target.Site, out SiteState state);
                isGone &= isKnown && state.IsGone;
                isThrown |= isKnown && state.Has(SiteStatus.Thrown);
                example = isKnown ? state : SiteState.None;
            }

            Add(isGone, isThrown);
            if (!isGone)
                return;
            Example = value.Targets[0];
            State = example;
        }

        public void Count(bool isWrong, Value value)
        {
            Add(isWrong, isThrown: false);
            if (!isWrong)
                return;
            Example = value.Targets[0];
            _isMovedByLoop |= Example is { Low: >= 0, High: Target.Unbounded };
        }

        private void Add(bool isWrong, bool isThrown)
        {
            if (isThrown && isWrong)
                _wrongAfterThrow++;
            else if (isThrown)
                _rightAfterThrow++;
            else if (isWrong)
                _wrong++;
            else
                _right++;
        }
    }
}
