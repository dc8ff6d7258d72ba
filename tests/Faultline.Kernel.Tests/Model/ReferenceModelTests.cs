using CsCheck;

namespace Faultline.Kernel.Tests;

public sealed class ReferenceModelTests
{
    /// <summary>After every step: the same answers, states and counts as the dictionary, and all invariants of the machine.</summary>
    [Fact]
    public void RandomSystemCallsAndAccessesAgreeWithADictionaryOfPages() =>
        Operation.Generator.Array[1, 60].Sample(Run);

    private static void Run(Operation[] operations)
    {
        using var system = new SystemUnderTest();
        foreach (Operation operation in operations)
            system.Do(operation);
        system.EndAll();
    }
}
