using CsCheck;

namespace Faultline.Kernel.Tests;

/// <summary>
/// Random mappings of files by several processes, with a number in each page. Numbers are kept by frame as real memory would keep them,
/// and on the disk; what each process should read is known from the story. So a frame that is shared too long or too briefly, a dirty page that
/// is dropped, or one that is found in two places shows as a wrong number.
/// </summary>
public sealed class SharedContentsTests
{
    private static readonly Gen<SharedStep> s_step =
        from kind in Gen.Frequency((8, Gen.Const(SharedStepKind.Read)), (8, Gen.Const(SharedStepKind.Write)), (4, Gen.Const(SharedStepKind.MapShared)), (4, Gen.Const(SharedStepKind.MapPrivate)),
            (1, Gen.Const(SharedStepKind.MapAnonymous)), (2, Gen.Const(SharedStepKind.Unmap)), (2, Gen.Const(SharedStepKind.DontNeed)), (1, Gen.Const(SharedStepKind.Sync)),
            (1, Gen.Const(SharedStepKind.DropCaches)), (1, Gen.Const(SharedStepKind.Truncate)), (1, Gen.Const(SharedStepKind.Fork)), (1, Gen.Const(SharedStepKind.Exit)),
            (2, Gen.Const(SharedStepKind.Protect)), (1, Gen.Const(SharedStepKind.Move)), (2, Gen.Const(SharedStepKind.ReadFile)), (1, Gen.Const(SharedStepKind.Evict)))
        from process in Gen.Int[0, 3]
        from file in Gen.Int[0, 2]
        from page in Gen.Int[0, SharedContents.WindowPages - 1]
        from index in Gen.Int[0, 40]
        from pages in Gen.Int[1, 24]
        from bits in Gen.Int[0, 1000]
        select new SharedStep(kind, process, file, page, index, pages, bits);

    [Theory]
    [InlineData(FolioPolicy.SmallPages)]
    [InlineData(FolioPolicy.LargeFolios)]
    public void EveryProcessReadsWhatItShould(FolioPolicy folios) => s_step.Array[20, 120].Sample(
        steps =>
        {
            using var contents = new SharedContents(folios);
            foreach (SharedStep step in steps)
                contents.Do(step);
            contents.EndAll();
        },
        iter: Check.Iter / 2);
}
