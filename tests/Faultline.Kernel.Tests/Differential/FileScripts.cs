using System.Globalization;
using CsCheck;

namespace Faultline.Kernel.Tests;

/// <summary>Random steps on mapped files, and what this machine's page cache is set to.</summary>
internal static class FileScripts
{
    private const int Files = 3;

    public static Gen<string[]> InMemory { get; } = Script(Gen.Const(0));

    public static Gen<string[]> OnDisk { get; } = Script(Gen.Int[0, 2].Select(kind => Math.Min(kind, 1)));

    /// <summary>Folio sizes are those of ext4 in 6.18; null where the temporary folder is on it.</summary>
    public static string? WhyDiskDiffers => FileSystemOfTemp() == "ext4" ? null : $"the temporary folder is on {FileSystemOfTemp()}, the model is of ext4";

    public static FileSettings HostSettings() => new()
    {
        Folios = FolioPolicy.LargeFolios,
        ReadaheadPages = ReadaheadPages(),
    };

    private static Gen<string[]> Script(Gen<int> kinds) =>
        from sizes in Gen.Select(kinds, Gen.Frequency((2, Gen.Int[1, 60]), (1, Gen.Int[500, 1100]))).Array[Files]
        from steps in s_step.Array[10, 50]
        select (string[])[.. sizes.Select(size => Line("O", size.Item1, size.Item2)), .. steps.SelectMany(lines => lines)];

    private static readonly Gen<string[]> s_step =
        from kind in Gen.Frequency((6, Gen.Const('f')), (6, Gen.Const('W')), (6, Gen.Const('R')), (2, Gen.Const('U')), (3, Gen.Const('P')), (3, Gen.Const('D')),
            (2, Gen.Const('S')), (2, Gen.Const('T')), (1, Gen.Const('Y')), (2, Gen.Const('X')), (3, Gen.Const('i')), (2, Gen.Const('o')), (2, Gen.Const('F')), (2, Gen.Const('V')), (1, Gen.Const('A')))
        from offset in Gen.Frequency((4, Gen.Int[0, 60]), (1, Gen.Int[0, 4].Select(i => i * 512)), (1, Gen.Int[0, 1200]))
        from pages in Gen.Frequency((5, Gen.Int[1, 30]), (1, Gen.Int[100, 700]))
        from file in Gen.Int[0, Files - 1]
        from page in Gen.Frequency((3, Gen.Int[0, 40]), (1, Gen.Int[0, 600]))
        from bits in Gen.Int[0, 1000]
        select Lines(kind, offset, pages, file, page, bits);

    private static string[] Lines(char kind, int offset, int pages, int file, int page, int bits) => kind switch
    {
        'f' => [Line("N", file, page, bits % 5 < 3 ? 1 : 2), Line("f", offset, pages, bits % 7 == 0 ? 1 : 3)],
        'P' => [Line("P", offset, pages, bits % 4 == 0 ? 0 : bits % 2 == 0 ? 1 : 3)],
        'D' => [Line("A", offset, pages, (int)Advice.DontNeed)],
        'A' => [Line("A", offset, pages, (bits % 4) switch { 0 => (int)Advice.Random, 1 => (int)Advice.Sequential, 2 => (int)Advice.Normal, _ => (int)Advice.WillNeed })],
        'S' => [Line("S", offset, pages, 3)],
        'T' => [Line("T", file, bits % 3 == 0 ? pages + page : page)],
        'X' => [Line("X", file, 0)],
        'i' or 'o' => [Line(kind.ToString(), file, page, Math.Min(pages, 200))],
        'F' => [$"F {bits % 6}"],
        'V' => [Line("V", offset, pages, bits)],
        _ => [Line(kind.ToString(), offset, pages)],
    };

    private static string Line(string kind, params int[] numbers) => kind + string.Concat(numbers.Select(number => " " + number.ToString(CultureInfo.InvariantCulture)));

    private static string FileSystemOfTemp()
    {
        string folder = Path.GetFullPath(Path.GetTempPath());
        return File.ReadLines("/proc/mounts").Select(line => line.Split(' ')).Where(words => folder.StartsWith(words[1].TrimEnd('/') + "/", StringComparison.Ordinal)).MaxBy(words => words[1].Length)![2];
    }

    private static uint ReadaheadPages()
    {
        string[] device = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' '))
            .Where(words => Path.GetFullPath(Path.GetTempPath()).StartsWith(words[4].TrimEnd('/') + "/", StringComparison.Ordinal)).MaxBy(words => words[4].Length)!;
        string setting = $"/sys/class/bdi/{device[2]}/read_ahead_kb";
        return File.Exists(setting) ? uint.Parse(File.ReadAllText(setting), CultureInfo.InvariantCulture) / 4 : 32;
    }
}
