using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>A block that is allocated and freed in each pass of a loop: one that is guarded, to be made once only, is not.</summary>
internal sealed class LoopBlock
{
    private LoopBlock(BlockLocal block, StatementSyntax loop, bool isInvariant)
    {
        Block = block;
        Loop = loop;
        IsInvariant = isInvariant;
    }

    public BlockLocal Block { get; }

    public StatementSyntax Loop { get; }

    /// <summary>The call is given the same in each pass.</summary>
    public bool IsInvariant { get; }

    public static LoopBlock? Of(BlockLocal block, SymbolUses uses, KnownTypes types)
    {
        if (block.IsResized || Loops.Around(block.Call.Syntax) is not { } loop || !Loops.RunsInEachPass(block.Call.Syntax, loop, block.Local.Name))
            return null;
        bool isFreed = block.Frees.Any(free => Loops.Around(free.Syntax) == loop && Loops.RunsInEachPass(free.Syntax, loop, block.Local.Name));
        if (!isFreed)
            return null;
        Invariance invariance = new(uses, types);
        return new LoopBlock(block, loop, block.Call.Invocation.Arguments.All(argument => invariance.Holds(argument.Value, loop)));
    }

    /// <summary>The statement that frees the block, if the declaration and it can be moved out of the loop as they are; else null.</summary>
    public StatementSyntax? HoistableFree()
    {
        bool isPlain = IsInvariant && Block is { IsDeclaredWithBlock: true, Frees.Count: 1, Call.Api.Effect: AllocationEffect.Allocate };
        if (!isPlain || Declaration is not { Parent: BlockSyntax body } declaration || body != Loops.BodyOf(Loop) || Loop.Parent is not BlockSyntax around)
            return null;
        if (Block.Frees[0].Invocation.Arguments.Length != 1 || FreeStatement.Of(Block.Frees[0].Syntax, Block.Local.Name) is not { } free)
            return null;
        bool isInBody = free.Parent == body || FreeStatement.OnlyInFinallyOf(free)?.Parent == body;
        return isInBody && !IsNamedOutside(around) && !JumpsOrSuspends() ? free : null;
    }

    public LocalDeclarationStatementSyntax? Declaration
        => Block.Local.DeclaringSyntaxReferences[0].GetSyntax().Parent is VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax statement } ? statement : null;

    /// <summary>Outside of the loop the name must be free, also for what it may mean there now.</summary>
    private bool IsNamedOutside(BlockSyntax around)
        => around.DescendantTokens().Any(token => token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText == Block.Local.Name && !Loop.Span.Contains(token.Span));

    /// <summary>A goto may lead past the new try, and across a yield or await pointers cannot live.</summary>
    private bool JumpsOrSuspends()
        => Loop.DescendantNodes(node => node == Loop || !Loops.IsFunction(node)).Any(node => node is GotoStatementSyntax or YieldStatementSyntax or AwaitExpressionSyntax or LabeledStatementSyntax);
}
