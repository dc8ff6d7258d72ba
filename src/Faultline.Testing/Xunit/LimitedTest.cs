using System.Diagnostics;
using System.Reflection;

namespace Faultline.Testing;

/// <summary>
/// The test that runs, with the limits of all its attributes: measured once, and failed once with everything that it broke. xunit calls each attribute before and
/// after it, in its execution context.
/// </summary>
internal sealed class LimitedTest(NativeLimitScope scope)
{
    private static readonly AsyncLocal<LimitedTest?> s_current = new();
    private readonly NativeLimitScope _scope = scope;
    private int _attributes = 1;

    /// <summary>One attribute more. Throws <see cref="NativeLimitException"/> where native calls are not routed.</summary>
    [StackTraceHidden]
    public static LimitedTest Enter(MemoryLimits limits, Assembly code)
    {
        if (s_current.Value is { } test)
        {
            test._attributes++;
            test._scope.Add(limits);
            return test;
        }

        return s_current.Value = new LimitedTest(NativeLimitScope.Begin(limits, code));
    }

    /// <summary>The last attribute's checks.</summary>
    [StackTraceHidden]
    public void Leave()
    {
        if (--_attributes > 0)
            return;
        s_current.Value = null;
        using NativeLimitScope ended = _scope;
        ended.Check();
    }
}
