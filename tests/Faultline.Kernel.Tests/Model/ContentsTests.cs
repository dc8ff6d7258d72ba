using CsCheck;

namespace Faultline.Kernel.Tests;

public sealed class ContentsTests
{
    /// <summary>Large mappings under every policy, on machines so small that frames run out too.</summary>
    [Fact]
    public void EveryProcessReadsWhatItWroteWithHugePages() =>
        Gen.Select(Operation.Generator.Array[1, 50], Gen.Int[0, 3].Select(i => new ulong[] { 64, 80, 128, 512 }[i]), Gen.Enum<ThpPolicy>())
            .Sample((operations, mebibytes, policy) =>
            {
                using var contents = new ContentsUnderTest(mebibytes << 20, policy);
                foreach (Operation operation in operations)
                    contents.Do(operation);
            });
}
