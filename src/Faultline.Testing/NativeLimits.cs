using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Faultline.Testing;

/// <summary>
/// Limits on what code does to native memory, for any test framework. What is counted is what the code itself does, with the tasks and threads
/// that it starts; tests that run beside it do not count.
/// <code>
/// NativeLimits.Check(() =&gt; Parse(file), faults: 100, memory: "24 MB", leaks: "1 KB");
///
/// using (NativeLimits.Begin(leaks: "1 KB"))
///     Parse(file);
/// </code>
/// </summary>
/// <remarks>
/// faults: page faults at most. memory: bytes that may be held at once, above those held at the start. leaks: bytes that each call site may leave allocated. Sizes are
/// NUMBER ([KMGTP]B|B), powers of 1024. All methods throw <see cref="NativeLimitException"/> where a limit is broken or the process's native calls are not routed, and
/// <see cref="ArgumentException"/> for a limit that is none.
/// </remarks>
public static class NativeLimits
{
    /// <summary>Runs <paramref name="body"/> and checks. Throws what it throws.</summary>
    [StackTraceHidden]
    public static void Check(Action body, long? faults = null, string? memory = null, string? leaks = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        using NativeLimitScope scope = NativeLimitScope.Begin(MemoryLimits.Read(faults, memory, leaks), body.Method.Module.Assembly);
        body();
        scope.Check();
    }

    /// <summary>The same for work that ends later.</summary>
    [StackTraceHidden]
    public static async Task CheckAsync(Func<Task> body, long? faults = null, string? memory = null, string? leaks = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        using NativeLimitScope scope = NativeLimitScope.Begin(MemoryLimits.Read(faults, memory, leaks), body.Method.Module.Assembly);
        await body().ConfigureAwait(false);
        scope.Check();
    }

    /// <summary>Measures from here to the end of the scope, which checks.</summary>
    [StackTraceHidden]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static NativeLimitBlock Begin(long? faults = null, string? memory = null, string? leaks = null)
        => new(NativeLimitScope.Begin(MemoryLimits.Read(faults, memory, leaks), Assembly.GetCallingAssembly()));
}

/// <summary>
/// Code under limits, from <see cref="NativeLimits.Begin"/> to <see cref="Dispose"/>, which throws <see cref="NativeLimitException"/> where one is broken. An
/// exception that leaves the block is then replaced by that one.
/// </summary>
public sealed class NativeLimitBlock : IDisposable
{
    private readonly NativeLimitScope _scope;

    internal NativeLimitBlock(NativeLimitScope scope) => _scope = scope;

    [StackTraceHidden]
    public void Dispose()
    {
        using NativeLimitScope scope = _scope;
        scope.Check();
    }
}
