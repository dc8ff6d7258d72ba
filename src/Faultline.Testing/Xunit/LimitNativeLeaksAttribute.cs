namespace Faultline.Testing;

/// <summary>
/// The most native memory that each call site may leave allocated at a test's end: <c>[LimitNativeLeaks("1 KB")]</c>. Bytes that were asked for;
/// NUMBER ([KMGTP]B|B), powers of 1024. What only waits for its finalizer is not left.
/// </summary>
public sealed class LimitNativeLeaksAttribute(string size) : NativeLimitAttribute
{
    public string Size => size;

    private protected override MemoryLimits ReadLimits() => MemoryLimits.Read(faults: null, memory: null, size ?? "");
}
