namespace Faultline.Libc;

// How glibc reads them since 2.39 (elf/dl-tunables.c of 2.41): what is not well-formed is warned of and has no effect at all. The warning is the loader's,
// who prints it for the real library; here nothing is printed a second time.
public sealed partial record MallocTunables
{
    /// <summary>
    /// A GLIBC_TUNABLES with a second '=' in a piece, or without one in the last, is ignored whole. The older variables count for what it has not set, the last
    /// of two. Numbers must have nothing behind them.
    /// </summary>
    private static MallocTunables FromStrict(IEnumerable<KeyValuePair<string, string>> variables, LibcProfile profile)
    {
        Dictionary<string, string> older = [];
        MallocTunables tunables = Default;
        HashSet<string> set = [];
        foreach ((string name, string value) in variables)
        {
            if (name == "GLIBC_TUNABLES")
                foreach ((string tunable, string setting) in SplitStrictly(value))
                    tunables = tunables.Set(tunable, setting, profile, set);
            else if (Alias(name) is { } tunable)
                older[tunable] = value;
        }

        foreach ((string name, string value) in older)
            if (!set.Contains(name))
                tunables = tunables.Set(name, value, profile, set);
        return tunables;
    }

    private MallocTunables Set(string name, string value, LibcProfile profile, HashSet<string> set)
    {
        TunableNumber.Parse(value, out bool isWhole);
        MallocTunables changed = isWhole ? With(name, value, profile) : this;
        if (!ReferenceEquals(changed, this))
            set.Add(name);
        return changed;
    }

    /// <summary>Each name once, with its last value; nothing at all where the text is not well-formed. A piece without '=' is passed over, unless it is the last.</summary>
    private static Dictionary<string, string> SplitStrictly(string text)
    {
        Dictionary<string, string> settings = [];
        if (text.Length == 0)
            return settings;
        string[] pieces = text.Split(':');
        for (int i = 0; i < pieces.Length; i++)
        {
            string[] parts = pieces[i].Split('=');
            if (parts.Length > 2 || (parts.Length < 2 && i == pieces.Length - 1))
                return [];
            if (parts.Length == 2)
                settings[parts[0]] = parts[1];
        }

        return settings;
    }
}
