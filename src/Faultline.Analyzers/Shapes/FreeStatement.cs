using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Shapes;

/// <summary>The statement that does nothing but free a local's block, so that it can be moved or removed as a whole.</summary>
internal static class FreeStatement
{
    /// <summary>Free(p); or if (p != null) Free(p); in a list of statements; null if the call is part of anything else.</summary>
    public static StatementSyntax? Of(SyntaxNode freeCall, string local)
    {
        if (freeCall.Parent is not ExpressionStatementSyntax statement)
            return null;
        StatementSyntax whole = statement.Parent is BlockSyntax { Statements.Count: 1, Parent: IfStatementSyntax } block ? block : statement;
        if (whole.Parent is IfStatementSyntax { Else: null } test && Loops.IsNullTest(test.Condition, local))
            whole = test;
        else
            whole = statement;
        return whole.Parent is BlockSyntax ? whole : null;
    }

    /// <summary>The try whose finally does nothing else.</summary>
    public static TryStatementSyntax? OnlyInFinallyOf(StatementSyntax free)
        => free.Parent is BlockSyntax { Statements.Count: 1, Parent: FinallyClauseSyntax { Parent: TryStatementSyntax statement } } ? statement : null;
}
