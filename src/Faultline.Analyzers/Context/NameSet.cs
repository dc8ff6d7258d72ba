using System;
using System.Collections.Generic;

namespace Faultline.Analyzers.Context;

/// <summary>Names of methods, asked first by hash (of a text in which the name has not been cut out yet), then by name.</summary>
internal sealed class NameSet
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<int> _hashes = [];

    public NameSet(params string[] names)
    {
        foreach (string name in names)
            Add(name);
    }

    public bool IsEmpty => _names.Count == 0;

    public IEnumerable<string> Names => _names;

    /// <summary>False if it was there.</summary>
    public bool Add(string name)
    {
        _hashes.Add(Hash(name, 0, name.Length));
        return _names.Add(name);
    }

    public bool Contains(string name) => _names.Contains(name);

    public bool MayContain(int hash) => _hashes.Contains(hash);

    /// <summary>FNV-1a of a part of a text.</summary>
    public static int Hash(string text, int start, int end)
    {
        uint hash = 2166136261;
        for (int i = start; i < end; i++)
            hash = unchecked((hash ^ text[i]) * 16777619);
        return unchecked((int)hash);
    }
}
