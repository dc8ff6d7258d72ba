namespace Faultline.Weaver;

/// <summary>How the application was published, which decides how its copy is made and started.</summary>
public enum ApplicationShape
{
    FrameworkDependent,
    SelfContained,
    SingleFileFrameworkDependent,
    SingleFileSelfContained,
}

/// <summary>An assembly whose calls reach the shim. Without <see cref="HasSymbols"/> its sites have no file and line.</summary>
public sealed record RoutedAssembly(string Name, int Sites, bool HasSymbols);

/// <summary>An assembly that runs as it is although it has, or may have, allocation calls.</summary>
public sealed record UnroutedAssembly(string Name, string Reason);

/// <summary>A use of an allocation API that stays with the real allocator.</summary>
public sealed record UnroutedCall(string Api, string Place, string Reason);

/// <summary>
/// What was routed and what was not. <see cref="WithoutCalls"/> are assemblies that were read and have no allocation call;
/// <see cref="Notes"/> are sentences on how this run differs from a plain one (a newer runtime, an installed runtime).
/// </summary>
public sealed record RoutingSummary(
    ApplicationShape Shape,
    IReadOnlyList<RoutedAssembly> Routed,
    IReadOnlyList<UnroutedAssembly> NotRouted,
    IReadOnlyList<UnroutedCall> UnroutedCalls,
    IReadOnlyList<string> WithoutCalls,
    IReadOnlyList<string> Notes);
