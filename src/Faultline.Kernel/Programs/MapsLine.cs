// One line of /proc/PID/maps (fs/proc/task_mmu.c show_map_vma, 6.18):
//
//   start-end perms offset dev inode   name

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Faultline.Kernel;

/// <summary>What a line says. Addresses and offset in bytes.</summary>
public readonly record struct MapsLine(ulong Start, ulong End, Protection Protection, bool IsShared, ulong Offset, string Device, ulong Inode, string Name)
{
    /// <summary>The lines of a text. Throws <see cref="FormatException"/> with the number and the words of the first that is none.</summary>
    public static IReadOnlyList<MapsLine> ParseAll(string text)
    {
        var lines = new List<MapsLine>();
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            if (line.Length == 0)
                continue;
            if (!TryParse(line, out MapsLine parsed))
                throw new FormatException($"line {number} is no line of /proc/PID/maps: \"{line}\"");
            lines.Add(parsed);
        }

        return lines;
    }

    public static bool TryParse(string line, [NotNullWhen(true)] out MapsLine parsed)
    {
        parsed = default;
        string[] words = line.Split(' ', 6);
        if (words.Length < 5 || words[1].Length != 4 || words[0].Split('-') is not [string first, string second])
            return false;
        if (!TryHex(first, out ulong start) || !TryHex(second, out ulong end) || !TryHex(words[2], out ulong offset) || !ulong.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode))
            return false;
        if (start >= end || ((start | end | offset) & PageSize.Mask) != 0 || words[1][3] is not ('p' or 's') || !TryProtection(words[1], out Protection protection))
            return false;
        string name = words.Length == 6 ? words[5].TrimStart(' ').Replace("\\012", "\n", StringComparison.Ordinal) : "";
        parsed = new MapsLine(start, end, protection, words[1][3] == 's', offset, words[3], inode, name);
        return true;
    }

    private static bool TryHex(string word, out ulong value) => ulong.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static bool TryProtection(string word, out Protection protection)
    {
        protection = Protection.None;
        ReadOnlySpan<(char Letter, Protection Bit)> letters = [('r', Protection.Read), ('w', Protection.Write), ('x', Protection.Execute)];
        for (int i = 0; i < letters.Length; i++)
        {
            if (word[i] == letters[i].Letter)
                protection |= letters[i].Bit;
            else if (word[i] != '-')
                return false;
        }

        return true;
    }
}
