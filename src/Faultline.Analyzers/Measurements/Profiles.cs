// The profiles that a build hands to the compiler (AdditionalFiles named *.faultline.json), looked up by the key of a call. Nothing is computed
// for a file of which no profile speaks; a call whose statement was changed has another key, so that old figures are not shown for it.

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using Faultline.Analyzers.Context;
using Faultline.Sites;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.Analyzers.Measurements;

/// <summary>What was measured of the calls of one compilation.</summary>
internal sealed class Profiles
{
    public const string Extension = ".faultline.json";

    public static readonly Profiles None = new();

    private readonly Dictionary<string, MeasuredCost> _byKey = [];
    private readonly HashSet<string> _files = [];
    private readonly List<(string Path, string Reason)> _unreadable = [];

    /// <summary>Files that could not be read, with the reason.</summary>
    public IReadOnlyList<(string Path, string Reason)> Unreadable => _unreadable;

    public bool IsEmpty => _byKey.Count == 0;

    public static Profiles Read(ImmutableArray<AdditionalText> files, string? assembly, CancellationToken cancellation)
    {
        Profiles? profiles = null;
        foreach (AdditionalText file in files)
            if (file.Path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) && file.GetText(cancellation) is { } text)
                (profiles ??= new Profiles()).Add(file.Path, text, assembly);
        return profiles ?? None;
    }

    /// <summary>Null for what no profile measured as it stands.</summary>
    public MeasuredCost? Find(AllocationCall call)
    {
        if (IsEmpty || call.Syntax is not InvocationExpressionSyntax syntax || !_files.Contains(FileName(syntax.SyntaxTree.FilePath)))
            return null;
        return _byKey.TryGetValue(SiteKeys.Of(syntax, call.Api.DisplayName).Text, out MeasuredCost? cost) ? cost : null;
    }

    /// <summary>Of several profiles that measured a site the one with the most calls of it counts, of equal ones the first.</summary>
    private void Add(string path, SourceText text, string? assembly)
    {
        try
        {
            foreach ((string of, string file, string key, MeasuredCost cost) in ProfileReader.Read(text.ToString()))
            {
                if (of != assembly || (_byKey.TryGetValue(key, out MeasuredCost? known) && known.Calls >= cost.Calls))
                    continue;
                _byKey[key] = cost;
                _files.Add(file);
            }
        }
        catch (FormatException e)
        {
            _unreadable.Add((path, e.Message));
        }
    }

    private static string FileName(string path) => path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);
}
