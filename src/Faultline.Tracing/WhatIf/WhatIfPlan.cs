using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.WhatIf;

/// <summary>One setting and the values to try, in the order in which rows appear.</summary>
public sealed record Variation(WhatIfSetting Setting, IReadOnlyList<ulong?> Values);

/// <summary>One replay of a comparison: the values that the varied settings have in it, and what to replay with.</summary>
/// <param name="IsBaseline">The trace's own settings.</param>
/// <param name="Values">One for each varied setting, in the order in which they were given.</param>
/// <param name="Options">What to replay under.</param>
public sealed record Combination(bool IsBaseline, IReadOnlyList<SettingValue> Values, ReplayOptions Options)
{
    public override string ToString() => string.Join(' ', Values);
}

/// <summary>
/// All combinations of the values to try, the last setting changing fastest. The trace's own settings are always the first; a
/// combination that comes to the same thing is not there a second time.
/// </summary>
public sealed class WhatIfPlan
{
    private readonly TraceMetadata _trace;
    private readonly ReplayOptions _own;

    /// <param name="variations">Each setting at most once.</param>
    /// <param name="trace">The trace's own settings.</param>
    /// <param name="own">What overrides them in every combination that does not vary it.</param>
    public WhatIfPlan(IReadOnlyList<Variation> variations, TraceMetadata trace, ReplayOptions own)
    {
        (_trace, _own) = (trace, own);
        List<Combination> combinations = [Baseline(variations)];
        HashSet<string> seen = [EffectOf(own)];
        foreach (SettingValue[] values in Product(variations))
        {
            ReplayOptions options = OptionsFor(values);
            if (seen.Add(EffectOf(options)))
                combinations.Add(new Combination(false, values, options));
        }

        Combinations = combinations;
    }

    public IReadOnlyList<Combination> Combinations { get; }

    /// <summary>How many combinations there are, the trace's own settings not counted; at most <see cref="ulong.MaxValue"/>.</summary>
    public static ulong Count(IEnumerable<Variation> variations)
    {
        UInt128 count = 1;
        foreach (Variation variation in variations)
            count = UInt128.Min(count * (ulong)variation.Values.Count, ulong.MaxValue);
        return (ulong)count;
    }

    private static IEnumerable<SettingValue[]> Product(IReadOnlyList<Variation> variations)
    {
        IEnumerable<SettingValue[]> product = [[]];
        foreach (Variation variation in variations)
            product = product.SelectMany(head => variation.Values.Select(value => (SettingValue[])[.. head, new(variation.Setting, value)]));
        return product;
    }

    private Combination Baseline(IEnumerable<Variation> variations)
    {
        MachineOptions machine = _own.MachineFor(_trace);
        LibcProfile libc = _own.LibcFor(_trace);
        MallocTunables tunables = MallocTunables.Parse(_own.TunablesFor(_trace), libc);
        SettingValue ValueOf(WhatIfSetting setting) => new(setting, setting == WhatIfSetting.Thp ? (ulong)machine.Thp
            : setting == WhatIfSetting.Cpus ? (ulong)machine.Cpus
            : setting == WhatIfSetting.Ram ? machine.RamBytes
            : setting == WhatIfSetting.Libc ? LibcProfile.NumberOf(libc)
            : setting.Read!(tunables));
        return new Combination(true, [.. variations.Select(variation => ValueOf(variation.Setting))], _own);
    }

    private ReplayOptions OptionsFor(SettingValue[] values)
    {
        ReplayOptions options = _own;
        foreach ((WhatIfSetting setting, ulong? value) in values)
        {
            options = setting == WhatIfSetting.Thp ? options with { Thp = (ThpPolicy)value! }
                : setting == WhatIfSetting.Cpus ? options with { Cpus = (int)value! }
                : setting == WhatIfSetting.Ram ? options with { RamBytes = value }
                : setting == WhatIfSetting.Libc ? options with { Libc = LibcProfile.All[(int)value!] }
                : options.WithTunable(setting.Tunable!, value);
        }

        return options;
    }

    /// <summary>What a replay depends on, as text: the glibc, the machine, and each tunable at the value that counts.</summary>
    private string EffectOf(ReplayOptions options)
    {
        MachineOptions machine = options.MachineFor(_trace);
        LibcProfile libc = options.LibcFor(_trace);
        MallocTunables tunables = MallocTunables.Parse(options.TunablesFor(_trace), libc);
        IEnumerable<string> values = WhatIfSetting.All.Where(s => s.Read != null).Select(s => new SettingValue(s, s.Read!(tunables)).ToString());
        return $"{libc} {machine.RamBytes} {machine.Cpus} {machine.Thp} {string.Join(' ', values)}";
    }
}
