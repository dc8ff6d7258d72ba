namespace Faultline.Kernel;

/// <summary>A number of 4 KiB pages.</summary>
public readonly record struct PageCount(ulong Value) : IComparable<PageCount>
{
    public ByteCount Bytes => new(Value << PageSize.Shift);

    public int CompareTo(PageCount other) => Value.CompareTo(other.Value);

    public static PageCount operator +(PageCount a, PageCount b) => new(a.Value + b.Value);

    public static PageCount operator -(PageCount a, PageCount b) => new(a.Value - b.Value);

    public override string ToString() => $"{Value} pages";
}

/// <summary>A number of bytes.</summary>
public readonly record struct ByteCount(ulong Value) : IComparable<ByteCount>
{
    /// <summary>The pages that this many bytes fill, rounded up.</summary>
    public PageCount PagesUp => new(PageSize.Up(Value) >> PageSize.Shift);

    public int CompareTo(ByteCount other) => Value.CompareTo(other.Value);

    public static ByteCount operator +(ByteCount a, ByteCount b) => new(a.Value + b.Value);

    public static ByteCount operator -(ByteCount a, ByteCount b) => new(a.Value - b.Value);

    public override string ToString() => $"{Value} B";
}

/// <summary>A page frame number: physical address / 4096.</summary>
public readonly record struct Pfn(uint Value)
{
    public static readonly Pfn None = new(uint.MaxValue);

    public bool IsNone => Value == uint.MaxValue;
}

/// <summary>A buddy order: a block of 2^Value frames, 0 to 10.</summary>
public readonly record struct Order(int Value)
{
    public const int Max = 10;
    public const int Count = Max + 1;

    public PageCount Pages => new(1UL << Value);
}
