using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Faultline.Analyzers.Flow.Ownership;
using Faultline.Analyzers.Glibc;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Faultline.Analyzers.Context;

/// <summary>The settings in .editorconfig, which can differ from file to file, and the values that could not be read.</summary>
internal sealed class FaultlineOptions
{
    public const string MmapThresholdKey = "faultline.mmap_threshold";

    private readonly ConcurrentDictionary<string, UnreadableValue> _unreadable = new();
    private readonly ConcurrentDictionary<SyntaxTree, OwnershipOptions> _ownership = new();
    private readonly AnalyzerConfigOptionsProvider _provider;

    public FaultlineOptions(AnalyzerConfigOptionsProvider provider) => _provider = provider;

    public bool AreReadable => _unreadable.IsEmpty;

    /// <summary>Values that could not be read, in order; something else is used in their place.</summary>
    public IEnumerable<UnreadableValue> Unreadable
        => _unreadable.Values.OrderBy(value => value.Key, StringComparer.Ordinal).ThenBy(value => value.Value, StringComparer.Ordinal);

    /// <summary>Some file has a setting that decides who owns blocks, or which of them are looked for.</summary>
    public bool AreSet(Compilation compilation)
    {
        AnalyzerConfigOptions? before = null;
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            AnalyzerConfigOptions options = _provider.GetOptions(tree);
            if (!ReferenceEquals(options, before) && OwnershipSettings.AreIn(options))
                return true;
            before = options;
        }

        return false;
    }

    public OwnershipOptions OwnershipFor(SyntaxTree tree)
        => _ownership.TryGetValue(tree, out OwnershipOptions? known) ? known : _ownership.GetOrAdd(tree, OwnershipSettings.Read(_provider.GetOptions(tree), Refuse));

    public MmapThreshold ThresholdFor(SyntaxTree tree)
    {
        if (!_provider.GetOptions(tree).TryGetValue(MmapThresholdKey, out string? text))
            return MmapThreshold.Default;
        if (ByteSize.Parse(text) is { } bytes && bytes <= Chunk.LargestRequest)
            return new MmapThreshold(bytes, isConfigured: true);
        Refuse(MmapThresholdKey, text, "a size (" + ByteSize.Grammar + ")", "the default of " + Figures.Bytes(MmapThreshold.Default.Bytes) + " is used");
        return MmapThreshold.Default;
    }

    private void Refuse(string key, string value, string expected, string instead) => _unreadable.TryAdd(key + "=" + value, new UnreadableValue(key, value, expected, instead));
}

/// <summary>A value that is not what its key takes.</summary>
internal sealed class UnreadableValue
{
    public UnreadableValue(string key, string value, string expected, string instead)
    {
        Key = key;
        Value = value;
        Expected = expected;
        Instead = instead;
    }

    public string Key { get; }

    public string Value { get; }

    public string Expected { get; }

    /// <summary>What happens in its place.</summary>
    public string Instead { get; }
}
