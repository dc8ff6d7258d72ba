// A look at the text before any node is made: making the nodes of a body is a hundred times as dear as reading its text. A name that may
// be invoked is an identifier before a parenthesis or a type argument; of each only the place and a hash are kept, as long as the tree
// lives, so that every later question, for whatever names, is a walk through two arrays. A name that is written with Unicode escapes is not seen.

using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.Analyzers.Context;

/// <summary>Where a file invokes something, by name.</summary>
internal sealed class InvokedNames
{
    private static readonly ConditionalWeakTable<SyntaxTree, InvokedNames> s_ofTree = new();

    private const int AggressiveOptimization = 512; // MethodImplOptions has the name from .NET Core 3 on

    private static readonly List<int> s_none = [];

    private readonly int[] _positions;
    private readonly int[] _hashes;

    private InvokedNames(int[] positions, int[] hashes, TextMarks marks)
    {
        _positions = positions;
        _hashes = hashes;
        Marks = marks;
    }

    public TextMarks Marks { get; }

    public static InvokedNames Of(SyntaxTree tree) => s_ofTree.GetValue(tree, static t => Read(t.GetText().ToString()));

    /// <summary>Where something in the span may be one of the names, in order; a comment or a string may be meant.</summary>
    public List<int> Find(NameSet names, NameSet more, TextSpan span)
    {
        List<int> found = s_none;
        int index = Array.BinarySearch(_positions, span.Start);
        for (index = index >= 0 ? index : ~index; index < _positions.Length && _positions[index] < span.End; index++)
            if (names.MayContain(_hashes[index]) || more.MayContain(_hashes[index]))
                (found == s_none ? found = [] : found).Add(_positions[index]);
        return found;
    }

    public bool Any(NameSet names)
    {
        foreach (int hash in _hashes)
            if (names.MayContain(hash))
                return true;
        return false;
    }

    /// <summary>The names themselves, as tokens.</summary>
    public IEnumerable<SyntaxToken> Tokens(SyntaxNode root, NameSet names)
    {
        foreach (int position in Find(names, names, root.Span))
            if (root.FindToken(position) is var token && IsAt(token, position) && names.Contains(token.ValueText))
                yield return token;
    }

    public static bool IsAt(SyntaxToken token, int position) => token.IsKind(SyntaxKind.IdentifierToken) && token.Span.Contains(position);

    /// <summary>The invocation whose method is written with this token, or null.</summary>
    public static InvocationExpressionSyntax? InvocationOf(SyntaxToken name)
    {
        if (name.Parent is not SimpleNameSyntax written)
            return null;
        SyntaxNode invoked = written.Parent switch
        {
            MemberAccessExpressionSyntax access when access.Name == written => access,
            MemberBindingExpressionSyntax or AliasQualifiedNameSyntax => written.Parent,
            _ => written,
        };
        return invoked.Parent is InvocationExpressionSyntax invocation && invocation.Expression == invoked ? invocation : null;
    }

    /// <summary>One pass, compiled at its best at once: in a build it runs over every file, and most files are all that it runs over.</summary>
    [MethodImpl((MethodImplOptions)AggressiveOptimization)]
    internal static InvokedNames Read(string text)
    {
        List<int> positions = [];
        List<int> hashes = [];
        TextMarks marks = TextMarks.None;
        uint nativeMemory = unchecked((uint)NameSet.Hash("NativeMemory"));
        uint entryPoint = unchecked((uint)NameSet.Hash("EntryPoint"));
        int at = 0;
        while (at < text.Length)
        {
            if (!IsInName(text[at]))
            {
                at++;
                continue;
            }

            int start = at;
            uint hash = NameSet.HashOfNothing;
            for (; at < text.Length && IsInName(text[at]); at++)
                hash = NameSet.Hash(hash, text[at]);
            if (IsFollowedByParenthesis(text, at) || IsAnnotation(text, start))
            {
                positions.Add(start);
                hashes.Add(unchecked((int)hash));
            }
            else if (hash == nativeMemory)
                marks |= TextMarks.NativeMemory;
            else if (hash == entryPoint)
                marks |= TextMarks.EntryPoint;
        }

        return new InvokedNames([.. positions], [.. hashes], marks);
    }

    private static bool IsFollowedByParenthesis(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\r' or '\n')
            at++;
        return at < text.Length && text[at] is '(' or '<';
    }

    /// <summary>An attribute needs no parenthesis.</summary>
    private static bool IsAnnotation(string text, int start)
        => text[start] is 'R' or 'T' && (string.CompareOrdinal(text, start, "ReturnsOwned", 0, 12) == 0 || string.CompareOrdinal(text, start, "TakesOwnership", 0, 14) == 0);

    private static bool IsInName(char letter)
        => letter < 128 ? (uint)((letter | 0x20) - 'a') < 26 || (uint)(letter - '0') < 10 || letter == '_' : char.IsLetterOrDigit(letter);
}

/// <summary>Words of which it is enough to know that a text has them somewhere.</summary>
[Flags]
internal enum TextMarks
{
    None = 0,

    /// <summary>NativeMemory: its methods have names that others have too.</summary>
    NativeMemory = 1,

    /// <summary>EntryPoint: an import may have another name than its function.</summary>
    EntryPoint = 2,
}
