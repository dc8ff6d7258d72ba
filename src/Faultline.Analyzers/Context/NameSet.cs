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
        _hashes.Add(Hash(name));
        return _names.Add(name);
    }

    public bool Contains(string name) => _names.Contains(name);

    public bool MayContain(int hash) => _hashes.Contains(hash);

    /// <summary>FNV-1a: of the empty text, of one letter more, and of a whole name.</summary>
    public const uint HashOfNothing = 2166136261;

    public static uint Hash(uint before, char letter) => unchecked((before ^ letter) * 16777619);

    public static int Hash(string name)
    {
        uint hash = HashOfNothing;
        foreach (char letter in name)
            hash = Hash(hash, letter);
        return unchecked((int)hash);
    }
}
