using System.Diagnostics;
using System.Reflection;
using Xunit.Sdk;

namespace Faultline.Testing;

/// <summary>
/// A limit on a test of xunit 2. The test's body is measured, with all tasks and threads that it starts: not the constructor of its class, and not
/// the tests that run beside it. On a class it is a limit on each of its tests. A test that breaks it fails, and so does one whose process is not routed.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public abstract class NativeLimitAttribute : BeforeAfterTestAttribute
{
    // xunit makes an attribute for each test case and runs the rows of a theory one after the other.
    private LimitedTest? _test;

    private protected NativeLimitAttribute()
    {
    }

    private protected abstract MemoryLimits ReadLimits();

    [StackTraceHidden]
    public override void Before(MethodInfo methodUnderTest)
    {
        ArgumentNullException.ThrowIfNull(methodUnderTest);
        _test = LimitedTest.Enter(ReadLimits(), (methodUnderTest.ReflectedType ?? methodUnderTest.DeclaringType!).Assembly);
    }

    [StackTraceHidden]
    public override void After(MethodInfo methodUnderTest)
    {
        LimitedTest? test = _test;
        _test = null;
        test?.Leave();
    }
}
