using System.Globalization;

namespace Faultline.Kernel.Tests;

public sealed class OomAdjustmentTests
{
    [Theory]
    [InlineData(-17, -1000)]
    [InlineData(-16, -941)]
    [InlineData(-8, -470)]
    [InlineData(-1, -58)]
    [InlineData(0, 0)]
    [InlineData(1, 58)]
    [InlineData(8, 470)]
    [InlineData(14, 823)]
    [InlineData(15, 1000)]
    public void OomAdjBecomesOomScoreAdj(int legacy, int score) => Assert.Equal(score, OomAdjustment.ScoreOf(legacy));

    [Fact]
    public void WhatIsOutOfRangeIsInvalid()
    {
        var adjustment = new OomAdjustment();
        Assert.Equal(Errno.EINVAL, adjustment.WriteLegacy(16, mayLower: true));
        Assert.Equal(Errno.EINVAL, adjustment.WriteLegacy(-18, mayLower: true));
        Assert.Equal(Errno.EINVAL, adjustment.WriteScore(1001, mayLower: true));
        Assert.Equal(Errno.EINVAL, adjustment.WriteScore(-1001, mayLower: true));
        Assert.Equal((0, 0), (adjustment.Score, adjustment.Legacy));
    }

    [Fact]
    public void LoweringNeedsTheCapability()
    {
        var adjustment = new OomAdjustment();
        Assert.Equal(Errno.None, adjustment.WriteScore(500, mayLower: false));
        Assert.Equal(Errno.None, adjustment.WriteScore(0, mayLower: false));
        Assert.Equal(Errno.EACCES, adjustment.WriteScore(-1, mayLower: false));
        Assert.Equal(Errno.None, adjustment.WriteScore(300, mayLower: true));
        Assert.Equal(Errno.EACCES, adjustment.WriteScore(299, mayLower: false));
        Assert.Equal(Errno.EACCES, adjustment.WriteLegacy(1, mayLower: false));
        Assert.Equal(Errno.None, adjustment.WriteLegacy(15, mayLower: false));
    }

    /// <summary>Every value of both files, written to and read from a process of this machine's own kernel; what it refuses the model must refuse.</summary>
    [RootFact]
    public void ThisMachinesKernelConvertsAlike()
    {
        using System.Diagnostics.Process sleeper = System.Diagnostics.Process.Start("sleep", "60");
        try
        {
            string folder = $"/proc/{sleeper.Id}/";
            bool mayLower = TryWrite(folder + "oom_score_adj", -1);
            var model = new OomAdjustment();
            if (mayLower)
                model.WriteScore(-1, mayLower);
            for (int legacy = -18; legacy <= 16; legacy++)
            {
                Assert.Equal(TryWrite(folder + "oom_adj", legacy), model.WriteLegacy(legacy, mayLower) == Errno.None);
                Assert.Equal((Read(folder + "oom_score_adj"), Read(folder + "oom_adj")), (model.Score, OomAdjustment.LegacyOf(model.Score)));
            }

            for (int score = -1001; score <= 1001; score++)
            {
                Assert.Equal(TryWrite(folder + "oom_score_adj", score), model.WriteScore(score, mayLower) == Errno.None);
                Assert.Equal((Read(folder + "oom_score_adj"), Read(folder + "oom_adj")), (model.Score, model.Legacy));
            }
        }
        finally
        {
            sleeper.Kill();
        }
    }

    private static bool TryWrite(string path, int value)
    {
        try
        {
            File.WriteAllText(path, Text(value));
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static int Read(string path) => int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
}
