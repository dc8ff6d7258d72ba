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

    private readonly ConcurrentDictionary<string, string> _unreadable = new(StringComparer.Ordinal);
    private readonly AnalyzerConfigOptionsProvider _provider;

    public FaultlineOptions(AnalyzerConfigOptionsProvider provider) => _provider = provider;

    /// <summary>Values that are not sizes, in order; they have been replaced by the default.</summary>
    public IEnumerable<string> UnreadableThresholds => _unreadable.Keys.OrderBy(value => value, StringComparer.Ordinal);

    public OwnershipOptions OwnershipFor(SyntaxTree tree) => OwnershipOptions.Default;

    public MmapThreshold ThresholdFor(SyntaxTree tree)
    {
        if (!_provider.GetOptions(tree).TryGetValue(MmapThresholdKey, out string? text))
            return MmapThreshold.Default;
        if (ByteSize.Parse(text) is { } bytes && bytes <= Chunk.LargestRequest)
            return new MmapThreshold(bytes, isConfigured: true);
        _unreadable.TryAdd(text, text);
        return MmapThreshold.Default;
    }
}
