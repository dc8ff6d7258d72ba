using System.Collections.Generic;
using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>A block that is allocated and freed in each pass of a loop: one that is guarded, to be made once only, is not.</summary>
internal sealed class LoopBlock
{
    private LoopBlock(AllocationCall call, BlockLocal? block, StatementSyntax loop, SyntaxNode free, bool isInvariant)
    {
        Call = call;
        Block = block;
        Loop = loop;
        Free = free;
        IsInvariant = isInvariant;
    }

    public AllocationCall Call { get; }

    /// <summary>The local that holds it, if there is one that holds nothing else.</summary>
    public BlockLocal? Block { get; }

    /// <summary>The call that frees it in each pass, itself or by what it calls.</summary>
    public SyntaxNode Free { get; }

    public StatementSyntax Loop { get; }

    /// <summary>The call is given the same in each pass.</summary>
    public bool IsInvariant { get; }

    /// <param name="life">What becomes of the block by whatever name; null where that is not known.</param>
    public static LoopBlock? Of(AllocationCall call, BlockLocal? block, BlockLife? life, SymbolUses uses, KnownTypes types)
    {
        string name = block?.Local.Name ?? "";
        if (block is { IsResized: true } || life is { IsKept: true } || Loops.Around(call.Syntax) is not { } loop || !Loops.RunsInEachPass(call.Syntax, loop, name) || !Loops.ComesRound(call.Syntax, loop))
            return null;
        IEnumerable<SyntaxNode> frees = block?.Frees.Select(free => free.Syntax) ?? [];
        if (life is { EndsInBody: true })
            frees = frees.Concat(life.Frees);
        if (frees.FirstOrDefault(free => Loops.Around(free) == loop && Loops.RunsInEachPass(free, loop, name)) is not { } freed)
            return null;
        Invariance invariance = new(uses, types);
        return new LoopBlock(call, block, loop, freed, call.Invocation.Arguments.All(argument => invariance.Holds(argument.Value, loop)));
    }

    /// <summary>The statement that frees the block, if the declaration and it can be moved out of the loop as they are; else null.</summary>
    public StatementSyntax? HoistableFree()
    {
        if (!IsInvariant || Block is not { IsDeclaredWithBlock: true, Frees.Count: 1, Call.Api.Effect: AllocationEffect.Allocate } || Declaration is not { Parent: BlockSyntax body } declaration || body != Loops.BodyOf(Loop) || Loop.Parent is not BlockSyntax around)
            return null;
        if (Block.Frees[0].Invocation.Arguments.Length != 1 || FreeStatement.Of(Block.Frees[0].Syntax, Block.Local.Name) is not { } free)
            return null;
        bool isInBody = free.Parent == body || FreeStatement.OnlyInFinallyOf(free)?.Parent == body;
        return isInBody && !Loop.ContainsDirectives && !IsNamedOutside(around) && !JumpsOrSuspends() ? free : null;
    }

    public LocalDeclarationStatementSyntax? Declaration
        => Block?.Local.DeclaringSyntaxReferences[0].GetSyntax().Parent is VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax statement } ? statement : null;

    /// <summary>Outside of the loop the name must be free, also for what it may mean there now.</summary>
    private bool IsNamedOutside(BlockSyntax around)
        => around.DescendantTokens().Any(token => token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText == Block!.Local.Name && !Loop.Span.Contains(token.Span));

    /// <summary>A goto may lead past the new try, and across a yield or await pointers cannot live.</summary>
    private bool JumpsOrSuspends()
        => Loop.DescendantNodes(node => node == Loop || !Loops.IsFunction(node)).Any(node => node is GotoStatementSyntax or YieldStatementSyntax or AwaitExpressionSyntax or LabeledStatementSyntax);
}
