using System;
using System.Collections.Immutable;
using System.Linq;
using Faultline.Api;
using Faultline.Interceptors.Calls;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Interceptors;

/// <summary>FLT1101: uses of an allocation API that stay with the real allocator though the project is routed. Silent where it is not.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnroutedCallAnalyzer : DiagnosticAnalyzer
{
    private static readonly DiagnosticDescriptor s_rule = new(
        "FLT1101", "Call cannot be routed at compile time", "{0} is not routed: {1}", "Routing", DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: "The call goes to the real allocator and is missing in the report. A routed block that it frees or resizes ends the program. The run-time route (faultline run) covers such calls.",
        helpLinkUri: "src/Faultline.Interceptors/Rules/FLT1101.md");

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_rule];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (!RoutingSettings.IsTrue(start.Options.AnalyzerConfigOptionsProvider.GlobalOptions, "build_property.FaultlineRouting"))
                return;
            start.RegisterOperationAction(Invocation, OperationKind.Invocation);
            start.RegisterOperationAction(Reference, OperationKind.MethodReference);
            start.RegisterOperationAction(Dynamic, OperationKind.DynamicInvocation);
        });
    }

    private static void Invocation(OperationAnalysisContext context)
    {
        IMethodSymbol method = ((IInvocationOperation)context.Operation).TargetMethod;
        if (ApiOf.Method(method) is not { } api)
            return;
        if (context.Compilation is CSharpCompilation { LanguageVersion: < LanguageVersion.CSharp11 })
            Report(context, api, "interceptors need C# 11 (LangVersion)");
        else if (Unroutable.Reason(method, context.Compilation) is { } reason)
            Report(context, api, reason);
    }

    /// <summary>Delegates and function pointers; nameof(…) is no use.</summary>
    private static void Reference(OperationAnalysisContext context)
    {
        IMethodReferenceOperation reference = (IMethodReferenceOperation)context.Operation;
        if (reference.Parent is not INameOfOperation && ApiOf.Method(reference.Method) is { } api)
            Report(context, api, reference.Parent is IAddressOfOperation ? "the address of a method is taken: call it from a method of your own, and take that one's" : "it is used as a delegate: write a lambda that calls it");
    }

    /// <summary>Which overload is called is not known before the program runs.</summary>
    private static void Dynamic(OperationAnalysisContext context)
    {
        if (((IDynamicInvocationOperation)context.Operation).Operation is IDynamicMemberReferenceOperation { ContainingType: { Name: "NativeMemory" or "Marshal" } type } member
            && AllocationApis.All.FirstOrDefault(row => row.Type == ApiOf.TypeName(type) && row.Method == member.MemberName) is { } api)
            Report(context, api, "an argument is dynamic: cast it to its type");
    }

    private static void Report(OperationAnalysisContext context, AllocationApi api, string reason)
        => context.ReportDiagnostic(Diagnostic.Create(s_rule, context.Operation.Syntax.GetLocation(), api.DisplayName, reason));
}
