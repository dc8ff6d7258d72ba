namespace Faultline.Routing.Tests;

/// <summary>The compiler computes the sites' keys from its syntax, the tool from the source that symbols point to: a profile by either has the same.</summary>
public class ProfileRouteTests
{
    [Theory]
    [InlineData("LeakyCache")]
    [InlineData("ImagePipeline")]
    public void TheSameKeysByEitherRoute(string sample)
    {
        IReadOnlyList<string> expected = RoutedRun.ProfileByTool(sample).Keys(sample), found = RoutedRun.ProfileByCompiler(sample).Keys(sample);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, found);
    }
}
