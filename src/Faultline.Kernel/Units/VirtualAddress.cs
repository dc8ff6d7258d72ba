namespace Faultline.Kernel;

/// <summary>A byte address in a simulated process's virtual address space. 4 KiB pages, 48-bit canonical user half.</summary>
public readonly record struct VirtualAddress(ulong Value) : IComparable<VirtualAddress>
{
    public static readonly VirtualAddress Null = new(0);

    public bool IsNull => Value == 0;

    /// <summary>The number of the page that holds this address (address / 4096).</summary>
    public ulong PageNumber => Value >> PageSize.Shift;

    public VirtualAddress PageDown() => new(PageSize.Down(Value));

    public VirtualAddress PageUp() => new(PageSize.Up(Value));

    public int CompareTo(VirtualAddress other) => Value.CompareTo(other.Value);

    public static VirtualAddress operator +(VirtualAddress address, ulong bytes) => new(address.Value + bytes);

    public static VirtualAddress operator -(VirtualAddress address, ulong bytes) => new(address.Value - bytes);

    /// <summary>Distance in bytes; the left address must not be below the right one.</summary>
    public static ulong operator -(VirtualAddress high, VirtualAddress low) => high.Value - low.Value;

    public static bool operator <(VirtualAddress a, VirtualAddress b) => a.Value < b.Value;

    public static bool operator >(VirtualAddress a, VirtualAddress b) => a.Value > b.Value;

    public static bool operator <=(VirtualAddress a, VirtualAddress b) => a.Value <= b.Value;

    public static bool operator >=(VirtualAddress a, VirtualAddress b) => a.Value >= b.Value;

    public override string ToString() => $"0x{Value:x}";
}
