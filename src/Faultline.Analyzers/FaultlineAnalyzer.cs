// The one analyzer that runs all rules. They share what is dear: the binding of a body, its control-flow graph and the solved flow, so
// they are not analyzers of their own; each is a small class that looks at a BodyContext.

using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Faultline.Analyzers.Measurements;
using Faultline.Analyzers.Rules;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers;

/// <summary>Finds the bodies that call allocation APIs and shows them to every rule.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class FaultlineAnalyzer : DiagnosticAnalyzer
{
    private static readonly ImmutableArray<Rule> Rules =
    [
        new ServedFromHeap(),
        new ServedByMmap(),
        new LoopChurn(),
        new LoopInvariantAllocation(),
        new ShortLivedBlock(),
        new CrossesByHeader(),
        new ClearAfterAllocation(),
        new RedundantClear(),
        new LinearRealloc(),
        new PreferNativeMemory(),
        new SizeOverflow(),
        new CountAsBytes(),
        new OutsideOfBlock(),
        new NeverFreed(),
        new NotFreedOnSomePath(),
        new LeaksOnException(),
        new FreedTwice(),
        new UsedAfterFree(),
        new MismatchedDeallocator(),
        new NotStartOfBlock(),
        new OnlyPointerLost(),
        new FieldNeverFreed(),
        new OldPointerAfterRealloc(),
        new MeasuredSiteCost(),
        new MeasuredLeak(),
        new MeasuredPinning(),
    ];

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [.. Rules.Select(rule => rule.Descriptor), UnreadableOption.Descriptor, UnreadableProfile.Descriptor];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(Start);
    }

    private static void Start(CompilationStartAnalysisContext start)
    {
        FaultlineOptions options = new(start.Options.AnalyzerConfigOptionsProvider);
        Profiles profiles = Profiles.Read(start.Options.AdditionalFiles, start.Compilation.AssemblyName, start.CancellationToken);
        bool mayReport = MentionedApis.AreIn(start.Compilation, start.CancellationToken) || profiles.Unreadable.Count > 0 || options.AreSet(start.Compilation);
        if (!mayReport || AllocationContext.Create(start.Compilation) is not { } context)
            return;
        context.OwnershipFor = options.OwnershipFor;
        context.Profiles = profiles;
        start.RegisterCodeBlockAction(block => Analyze(block, context, options));
        start.RegisterCompilationEndAction(end =>
        {
            if (!options.AreReadable)
                foreach (Diagnostic diagnostic in UnreadableOption.Find(options))
                    end.ReportDiagnostic(diagnostic);
            if (profiles.Unreadable.Count > 0)
                foreach (Diagnostic diagnostic in UnreadableProfile.Find(profiles))
                    end.ReportDiagnostic(diagnostic);
        });
    }

    private static void Analyze(CodeBlockAnalysisContext block, AllocationContext context, FaultlineOptions options)
    {
        OwnershipOptions ownership = options.OwnershipFor(block.CodeBlock.SyntaxTree);
        if (ownership.FindsFinalizerRaces)
            FinalizerRace.Find(block, UsedAfterFree.Race);
        Dictionary<IOperation, List<AllocationCall>> bodies = [];
        foreach (InvocationExpressionSyntax candidate in CandidateFinder.Find(block.CodeBlock, context, ownership))
        {
            if (block.SemanticModel.GetSymbolInfo(candidate, block.CancellationToken).Symbol is not IMethodSymbol named)
                continue;
            IMethodSymbol method = named.ReducedFrom ?? named;
            AllocationApi? api = context.Find(method);
            if (api == null && !context.Callees.IsOfBlocks(method, ownership))
                continue;
            if (block.SemanticModel.GetOperation(candidate, block.CancellationToken) is not IInvocationOperation invocation)
                continue;
            List<AllocationCall> calls = CallsOf(bodies, Roots.Of(invocation));
            if (api != null)
                calls.Add(new AllocationCall(api, invocation));
        }

        foreach (KeyValuePair<IOperation, List<AllocationCall>> body in bodies)
        {
            BodyContext shown = new(
                body.Key, block.OwningSymbol, body.Value, options.ThresholdFor(block.CodeBlock.SyntaxTree), ownership, context, block.ReportDiagnostic);
            foreach (Rule rule in Rules)
                rule.Analyze(shown);
        }
    }

    private static List<AllocationCall> CallsOf(Dictionary<IOperation, List<AllocationCall>> bodies, IOperation root)
    {
        if (!bodies.TryGetValue(root, out List<AllocationCall>? calls))
            bodies.Add(root, calls = []);
        return calls;
    }
}
