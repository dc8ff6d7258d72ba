using System.Globalization;
using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.WhatIf;

/// <summary>
/// A setting at a value: a number (bytes, a count, a <see cref="ThpPolicy"/>, or a place in <see cref="LibcProfile.All"/>), or null where the environment is to say nothing.
/// </summary>
public readonly record struct SettingValue(WhatIfSetting Setting, ulong? Number)
{
    private static readonly string[] s_policies = ["never", "madvise", "always"];

    /// <summary>"malloc.mmap_threshold=64K", "thp=never", "malloc.arena_max=default".</summary>
    public override string ToString() => $"{Setting.Name}={ValueText}";

    /// <summary>The value as the command line takes it: whole units of 1024 where they are exact.</summary>
    public string ValueText => Number is not { } number ? Setting.UnsetWord!
        : Setting.Unit == SettingUnit.Thp ? s_policies[number]
        : Setting.Unit == SettingUnit.Libc ? LibcProfile.All[(int)number].Name
        : Setting.Unit == SettingUnit.Bytes ? Bytes(number)
        : number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Null for a word that is no policy.</summary>
    public static ThpPolicy? ParsePolicy(string word)
    {
        int index = Array.IndexOf(s_policies, word);
        return index < 0 ? null : (ThpPolicy)index;
    }

    private static string Bytes(ulong bytes)
    {
        int unit = 0;
        while (bytes != 0 && bytes % 1024 == 0 && unit < 4)
        {
            bytes /= 1024;
            unit++;
        }

        return bytes.ToString(CultureInfo.InvariantCulture) + (unit == 0 ? "" : "KMGT"[unit - 1].ToString());
    }
}
