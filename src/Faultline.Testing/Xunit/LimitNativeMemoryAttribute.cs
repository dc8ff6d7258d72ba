namespace Faultline.Testing;

/// <summary>
/// The most native memory that a test may hold at once: <c>[LimitNativeMemory("24 MB")]</c>. Bytes that it asked for, above those held at its start;
/// NUMBER ([KMGTP]B|B), powers of 1024.
/// </summary>
public sealed class LimitNativeMemoryAttribute(string size) : NativeLimitAttribute
{
    public string Size => size;

    private protected override MemoryLimits ReadLimits() => MemoryLimits.Read(faults: null, size ?? "", leaks: null);
}
