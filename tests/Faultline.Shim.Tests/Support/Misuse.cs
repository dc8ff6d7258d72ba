using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Support;

/// <summary>What tests of wrong use have in common.</summary>
internal static unsafe class Misuse
{
    public static void AssertSites(FindingRecord finding, int allocation, int release, int detection)
        => Assert.Equal(((uint)allocation, (uint)release, (uint)detection), (finding.AllocationSite, finding.ReleaseSite, finding.DetectionSite));

    public static void AssertStillWorks(TestEngine test)
    {
        int findings = test.Findings.Count;
        byte*[] blocks = new byte*[50];
        for (int i = 0; i < blocks.Length; i++)
            new Span<byte>(blocks[i] = test.Malloc((nuint)(i * 100 + 1)), i * 100 + 1).Fill((byte)i);
        for (int i = 0; i < blocks.Length; i++)
        {
            Assert.Equal(-1, new Span<byte>(blocks[i], i * 100 + 1).IndexOfAnyExcept((byte)i));
            test.Free(blocks[i]);
        }

        test.Snapshot();
        Assert.Equal(findings, test.Findings.Count);
    }
}
