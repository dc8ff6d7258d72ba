using System.Globalization;

namespace Faultline.Testing;

/// <summary>One limit or several, read and in their range; null where there is none.</summary>
internal sealed record MemoryLimits(long? Faults, SizeLimit? Memory, SizeLimit? Leaks)
{
    /// <summary>Throws <see cref="ArgumentException"/>, with the value, where one is none or all are missing.</summary>
    public static MemoryLimits Read(long? faults, string? memory, string? leaks)
    {
        if (faults == null && memory == null && leaks == null)
            throw new ArgumentException("no limit is given: give faults, memory or leaks");
        if (faults < 0)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{faults} is no limit of page faults: give 0 or more"));
        return new(faults, SizeLimit.Read(memory), SizeLimit.Read(leaks));
    }
}

/// <summary>Bytes, and how they were written.</summary>
internal sealed record SizeLimit(long Bytes, string Text)
{
    public static SizeLimit? Read(string? text) => text == null ? null : new(SizeText.Parse(text), text.Trim());
}
