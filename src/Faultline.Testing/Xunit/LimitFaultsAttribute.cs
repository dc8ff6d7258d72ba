namespace Faultline.Testing;

/// <summary>
/// The most page faults that a test may take: <c>[LimitFaults(100)]</c>. A fault is a page of 4 KiB that is touched for the first time, by the program
/// or by the allocator for it. The count is the same in every run.
/// </summary>
public sealed class LimitFaultsAttribute(long faults) : NativeLimitAttribute
{
    public long Faults => faults;

    private protected override MemoryLimits ReadLimits() => MemoryLimits.Read(faults, memory: null, leaks: null);
}
