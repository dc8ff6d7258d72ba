using System;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Faultline.Interceptors;

/// <summary>What the project asks for, by its properties that the compiler sees. <see cref="Reports"/>: the program writes a report at its end.</summary>
internal readonly record struct RoutingSettings(bool IsOn, bool Reports, string Assembly)
{
    /// <summary>Without the shim's assembly there is nothing to call; the package adds it together with the property.</summary>
    public static RoutingSettings Read(AnalyzerConfigOptions options, Compilation compilation)
    {
        bool isOn = IsTrue(options, "build_property.FaultlineRouting") && compilation.GetTypeByMetadataName("Faultline.Shim.CompiledRouting") != null
            && compilation is CSharpCompilation { LanguageVersion: >= LanguageVersion.CSharp11 };
        return new(isOn, isOn && IsTrue(options, "build_property.FaultlineReport"), compilation.AssemblyName ?? "");
    }

    public static bool IsTrue(AnalyzerConfigOptions options, string property)
        => options.TryGetValue(property, out string? value) && value.Equals("true", StringComparison.OrdinalIgnoreCase);
}
