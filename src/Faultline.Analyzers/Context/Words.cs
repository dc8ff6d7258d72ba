// A look at the text before any node is made: nearly all bodies of nearly all programs contain none of these words, and walking the nodes
// of a body is a hundred times as dear as searching its text.

using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.Analyzers.Context;

/// <summary>Where a file's text contains a part of an allocation API's name, or of an attribute that imports one under another name.</summary>
internal sealed class Words
{
    /// <summary>Each name in the API table contains one of them, which a test holds.</summary>
    public static readonly string[] Parts = ["lloc", "Free", "free", "StringTo", "memalign", "mmap", "munmap", "mremap", "madvise"];

    private const string Import = "Import";

    private static readonly ConditionalWeakTable<SyntaxTree, Words> s_ofTree = new();

    private readonly int[] _positions;

    private Words(int[] positions, bool hasImports)
    {
        _positions = positions;
        HasImports = hasImports;
    }

    public bool HasImports { get; }

    public static Words Of(SyntaxTree tree) => s_ofTree.GetValue(tree, static t => Find(t));

    public bool AreIn(TextSpan span)
    {
        int index = Array.BinarySearch(_positions, span.Start);
        index = index >= 0 ? index : ~index;
        return index < _positions.Length && _positions[index] < span.End;
    }

    private static Words Find(SyntaxTree tree)
    {
        string text = tree.GetText().ToString();
        List<int> positions = [];
        foreach (string part in Parts)
            Collect(text, part, positions);
        int before = positions.Count;
        Collect(text, Import, positions);
        bool hasImports = positions.Count > before;
        positions.Sort();
        return new Words([.. positions], hasImports);
    }

    private static void Collect(string text, string part, List<int> positions)
    {
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
            positions.Add(at);
    }
}
