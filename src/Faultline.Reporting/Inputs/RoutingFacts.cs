namespace Faultline.Reporting;

/// <summary>An assembly whose calls were routed, at how many call sites; without symbols these have no file and line.</summary>
public sealed record RoutedAssembly(string Name, int Sites, bool HasSymbols);

/// <summary>An assembly that ran as it is, and why.</summary>
public sealed record UnroutedAssembly(string Name, string Reason);

/// <summary>A use of an allocation API that stayed with the real allocator: which, where, why.</summary>
public sealed record UnroutedCall(string Api, string Place, string Reason);

/// <summary>What a router did to a program before it ran. <paramref name="Notes"/> say how this run differs from a plain one.</summary>
public sealed record RoutingFacts(
    string Shape,
    IReadOnlyList<RoutedAssembly> Routed,
    IReadOnlyList<UnroutedAssembly> NotRouted,
    IReadOnlyList<UnroutedCall> UnroutedCalls,
    IReadOnlyList<string> WithoutCalls,
    IReadOnlyList<string> Notes);
