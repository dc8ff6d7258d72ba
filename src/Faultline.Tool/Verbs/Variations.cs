using System.Globalization;
using Faultline.Libc;
using Faultline.Tracing.Text;
using Faultline.Tracing.WhatIf;

namespace Faultline.Tool.Verbs;

/// <summary>Reads <c>--vary name=value,value…</c>. What is wrong is told by a <see cref="UsageException"/> that lists what is allowed.</summary>
internal static class Variations
{
    public static IReadOnlyList<Variation> Read(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            throw new UsageException($"nothing to vary: give --vary name=value,value…, such as --vary malloc.arena_max=1,2,8; names: {Names()}");
        List<Variation> variations = [];
        foreach (string text in texts)
        {
            Variation variation = ReadOne(text);
            if (variations.Any(other => other.Setting == variation.Setting))
                throw new UsageException($"--vary {variation.Setting.Name} is given twice: put all its values into one, separated by commas");
            variations.Add(variation);
        }

        return variations;
    }

    private static Variation ReadOne(string text)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? text : text[..equals];
        WhatIfSetting setting = WhatIfSetting.Find(name) ?? throw new UsageException(
            $"--vary {name}: no such setting{Spelling.Suggest(name, WhatIfSetting.All.Select(s => s.Name))}; there are {Names()}");
        string[] words = equals < 0 ? [] : text[(equals + 1)..].Split(',', StringSplitOptions.TrimEntries);
        if (words.Length == 0 || words.Contains(""))
            throw new UsageException($"--vary {text}: {(words.Length <= 1 ? "no value" : "an empty value")}; {setting.Name} takes {Allowed(setting)}");
        return new Variation(setting, [.. words.Select(word => Value(setting, word)).Distinct()]);
    }

    private static ulong? Value(WhatIfSetting setting, string word)
    {
        if (word == setting.UnsetWord || (setting.UnsetWord != null && word == "default"))
            return null;
        ulong? value = setting.Unit switch
        {
            SettingUnit.Thp => (ulong?)SettingValue.ParsePolicy(word),
            SettingUnit.Libc => LibcProfile.Find(word) is { } libc ? LibcProfile.NumberOf(libc) : null,
            SettingUnit.Bytes => Quantity.Size(word),
            _ => ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null,
        };
        bool fits = value != null && (setting.Unit is SettingUnit.Thp or SettingUnit.Libc || (value >= setting.Least && value <= setting.Most))
            && (setting != WhatIfSetting.Ram || value % Kernel.PageSize.Bytes == 0);
        return fits ? value : throw new UsageException($"--vary {setting.Name}: '{word}' is not allowed; it takes {Allowed(setting)}");
    }

    private static string Allowed(WhatIfSetting setting)
    {
        string unset = setting.UnsetWord == null ? "" : $", or {setting.UnsetWord} (not set)";
        string Show(ulong number) => new SettingValue(setting, number).ValueText;
        return setting.Unit == SettingUnit.Thp ? "never, madvise, always"
            : setting.Unit == SettingUnit.Libc ? LibcProfile.Names
            : setting.Unit == SettingUnit.Bytes && setting.Most == long.MaxValue ? $"sizes such as 65536, 64K or 1M{unset}"
            : $"{(setting.Unit == SettingUnit.Bytes ? "sizes" : "numbers")} from {Show(setting.Least)} to {Show(setting.Most)}{unset}";
    }

    private static string Names() => string.Join(", ", WhatIfSetting.All.Select(setting => setting.Name));
}
