namespace Faultline.Kernel;

/// <summary>x86-64's base page: 4096 bytes. Rounding helpers in bytes.</summary>
public static class PageSize
{
    public const int Shift = 12;
    public const ulong Bytes = 1UL << Shift;
    public const ulong Mask = Bytes - 1;

    public static ulong Down(ulong value) => value & ~Mask;

    public static ulong Up(ulong value) => (value + Mask) & ~Mask;
}
