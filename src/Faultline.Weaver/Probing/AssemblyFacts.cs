using System.Collections.Immutable;

namespace Faultline.Weaver.Probing;

internal enum AssemblyKind
{
    /// <summary>No CLI metadata: a native library, or no executable at all.</summary>
    Native,

    /// <summary>A PE file whose metadata cannot be read.</summary>
    Damaged,

    /// <summary>IL, perhaps with ReadyToRun code beside it.</summary>
    Managed,

    /// <summary>C++/CLI: native code that is not a mere copy of the IL, so it cannot be written back.</summary>
    MixedMode,
}

/// <summary>A method that stands for an allocation function of the C library; <see cref="Type"/> is its full name with '/' between nested types.</summary>
internal readonly record struct ExternMethod(string Type, string Method);

/// <summary>A method of another assembly that this one calls; candidates for a twin there.</summary>
internal readonly record struct ForeignCall(string Assembly, string Type, string Method);

/// <summary>What the metadata tables of one file say; sizes and positions are not kept, so that it can outlive the file.</summary>
internal sealed record AssemblyFacts(string Path, AssemblyKind Kind)
{
    /// <summary>Simple name; empty for what is no assembly.</summary>
    public string Name { get; init; } = "";

    public Guid Mvid { get; init; }

    /// <summary>Such as ".NETCoreApp,Version=v10.0"; null where the attribute is missing.</summary>
    public string? TargetFramework { get; init; }

    public bool HasEntryPoint { get; init; }

    public ReadyToRunFacts ReadyToRun { get; init; }

    /// <summary>Own P/Invokes to an allocation function of the C library, and the stubs that LibraryImport generated over them.</summary>
    public ImmutableArray<ExternMethod> Externs { get; init; } = [];

    /// <summary>Own P/Invokes that allocate but that no facade stands for: entry point and reason.</summary>
    public ImmutableArray<(string EntryPoint, string Reason)> UnroutedImports { get; init; } = [];

    /// <summary>Refers to a method of NativeMemory or Marshal in the table.</summary>
    public bool HasManagedCalls { get; init; }

    /// <summary>References to static methods of other assemblies that are not the framework's.</summary>
    public ImmutableArray<ForeignCall> ForeignCalls { get; init; } = [];

    /// <summary>Simple names of the assemblies that this one refers to.</summary>
    public ImmutableArray<string> References { get; init; } = [];

    /// <summary>Allocation functions that are probably looked up by name and called through a pointer.</summary>
    public ImmutableArray<string> ExportLookups { get; init; } = [];

    public bool HasOwnCalls => HasManagedCalls || Externs.Length > 0;
}
