namespace Faultline.Libc;

/// <summary>Parameters of mallopt(3), the values of glibc's malloc.h.</summary>
public enum MalloptParameter
{
    MxFast = 1,
    TrimThreshold = -1,
    TopPad = -2,
    MmapThreshold = -3,
    MmapMax = -4,
    CheckAction = -5,
    Perturb = -6,
    ArenaTest = -7,
    ArenaMax = -8,
}
