using Faultline.TestSupport;

namespace Faultline.Shim.Tests.Support;

/// <summary>A theory with the conditions of <see cref="RealLibcFactAttribute"/>.</summary>
public sealed class RealLibcTheoryAttribute : TheoryAttribute
{
    public RealLibcTheoryAttribute() => Skip = new RealLibcFactAttribute().Skip;
}
