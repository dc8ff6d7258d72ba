using System.Globalization;
using Faultline.Kernel;
using Faultline.Tracing.Scenarios.Language;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Scenarios;

// Values: 12, 4K, 40s, what 'let' remembered, PROCESS.quantity, PROCESS.MEMORY.size, machine.quantity, buddy.ZONE.ORDER, and a line of a
// file of /proc by its name, /proc/meminfo:MemFree. With + - * / between them, the usual precedence.
internal sealed partial class ScenarioRun
{
    private readonly Dictionary<string, decimal> _remembered = [];

    /// <summary>The value of words [from, to).</summary>
    private decimal Evaluate(Word[] words, int from, int to, Word verb)
    {
        if (from >= to)
            throw new ScenarioStop(verb, "a value is missing: write as in expect NAME.minflt == 512");
        decimal sum = Product(words, ref from, to);
        while (from < to)
        {
            Word sign = words[from++];
            if (sign.Text is not ("+" or "-"))
                throw new ScenarioStop(sign, $"'{sign.Text}' is not + - * / between two values");
            decimal next = Product(words, ref from, to);
            sum += sign.Text == "+" ? next : -next;
        }

        return sum;
    }

    private decimal Product(Word[] words, ref int at, int to)
    {
        decimal product = Term(words[at++]);
        while (at + 1 < to && words[at].Text is "*" or "/")
        {
            Word sign = words[at];
            decimal next = Term(words[at + 1]);
            if (sign.Text == "/" && next == 0)
                throw new ScenarioStop(words[at + 1], $"'{words[at + 1].Text}' is 0: nothing can be divided by it");
            product = sign.Text == "*" ? product * next : product / next;
            at += 2;
        }

        return product;
    }

    private decimal Term(Word word)
    {
        string text = Expand(word);
        if (Quantity.Time(text) is { } time)
            return time;
        if (text.Length > 0 && (char.IsAsciiDigit(text[0]) || text[0] == '-'))
            return Number(word, text);
        if (text.StartsWith('/'))
            return FieldOf(word, text);
        string[] parts = text.Split('.', 3);
        return parts switch
        {
            [var name] when _remembered.TryGetValue(name, out decimal value) => value,
            [var name] => throw new ScenarioStop(word, $"'{name}' is no value{Suggestion(name, _remembered.Keys)}: NAME.minflt, machine.free, /proc/meminfo:MemFree or what 'let' remembered"),
            ["machine", var quantity] => Lookup(MachineQuantities.All, quantity, word)(Machine),
            ["buddy", var zone, var order] => FreeBlocks(word, zone, order),
            ["slab", var cache, var quantity] => SlabQuantity(word, cache, quantity),
            ["cgroup", var group, var quantity] => Lookup(CgroupQuantities.All, quantity, word)(CgroupNamed(word, group)),
            [var name, var quantity] => Lookup(ProcessQuantities.All, quantity, word)(Find(word with { Text = name })),
            [var name, var memory, var quantity] => MemoryQuantity(word, name, memory, quantity),
            _ => throw new ScenarioStop(word, $"'{text}' is no value"),
        };
    }

    private static decimal Number(Word word, string text)
    {
        bool negative = text[0] == '-';
        ulong size = Quantity.Size(negative ? text[1..] : text) ?? throw new ScenarioStop(word, $"'{text}' is no number or size that 64 bits hold");
        return negative ? -(decimal)size : size;
    }

    private static Func<T, decimal> Lookup<T>(IReadOnlyDictionary<string, Func<T, decimal>> table, string name, Word word)
        => table.TryGetValue(name, out Func<T, decimal>? quantity) ? quantity : throw Unknown(word with { Text = name }, table.Keys, "quantity");

    private decimal MemoryQuantity(Word word, string name, string memory, string quantity)
    {
        ScenarioProgram program = Find(word with { Text = name });
        if (!program.Memory.TryGetValue(memory, out NamedMemory found))
            throw new ScenarioStop(word, $"'{name}' has no memory '{memory}'{Suggestion(memory, program.Memory.Keys)}");
        return quantity switch
        {
            "address" => found.Start,
            "size" => found.Length,
            "usable" => found.Start == 0 || found.IsMapping || program.Malloc == null ? found.Length : program.Malloc.UsableSize(found.Start),
            "rss" => ResidentBytes(program.Process, found),
            _ => throw Unknown(word with { Text = quantity }, ["address", "size", "usable", "rss"], "quantity"),
        };
    }

    /// <summary>Pages of a piece of memory that are backed by frames of its own; a page that it shares with a neighbour counts.</summary>
    private static decimal ResidentBytes(Process process, NamedMemory memory)
    {
        ulong pages = 0;
        for (ulong page = PageSize.Down(memory.Start); page < memory.Start + memory.Length; page += PageSize.Bytes)
            if (process.StateOf(new VirtualAddress(page)) is PageState.Private or PageState.PrivateHuge)
                pages++;
        return pages << PageSize.Shift;
    }

    /// <summary>Of a line of /proc/slabinfo: objects in use, objects in all, bytes of one, and what the slabs take.</summary>
    private decimal SlabQuantity(Word word, string cache, string quantity)
    {
        string[][] rows = [.. ReadProc("/proc/slabinfo", word).Split('\n').Skip(2).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        string[] row = rows.FirstOrDefault(row => row.Length > 14 && row[0] == cache)
            ?? throw Unknown(word with { Text = cache }, rows.Where(row => row.Length > 0).Select(row => row[0]), "cache");
        return quantity switch
        {
            "active" => Value(row[1]),
            "objects" => Value(row[2]),
            "size" => Value(row[3]),
            "bytes" => Value(row[14]) * Value(row[5]) * PageSize.Bytes,
            _ => throw Unknown(word with { Text = quantity }, ["active", "objects", "size", "bytes"], "quantity"),
        };
    }

    private static decimal Value(string number) => decimal.Parse(number, CultureInfo.InvariantCulture);

    private decimal FreeBlocks(Word word, string zone, string order)
    {
        Machine.DrainPerCpuLists();
        ZoneInfo? found = Machine.Zones.FirstOrDefault(info => info.Name == zone);
        if (found == null)
            throw Unknown(word with { Text = zone }, Machine.Zones.Select(info => info.Name), "zone");
        if (!int.TryParse(order, out int number) || number is < 0 or > Order.Max)
            throw new ScenarioStop(word, $"'{order}' is no order: 0 to {Order.Max}");
        return found.FreeBlocks[number];
    }

    /// <summary>FILE:NAME, the first number behind a name at the start of a line, in bytes where kB follows.</summary>
    private decimal FieldOf(Word word, string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0)
            return WholeNumber(word, text, ReadProc(text, word));
        string path = text[..colon], name = text[(colon + 1)..];
        foreach (string line in ReadProc(path, word).Split('\n'))
        {
            string[] fields = line.Split([' ', '\t', ':'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 2 && fields[0] == name && decimal.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal value))
                return fields.Length > 2 && fields[2] == "kB" ? value * 1024 : value;
        }

        throw new ScenarioStop(word, $"{path} has no line '{name}' with a number: 'cat {path}' shows it");
    }

    private static decimal WholeNumber(Word word, string path, string text)
        => decimal.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal value)
            ? value
            : throw new ScenarioStop(word, $"{path} is not one number: write {path}:NAME for one of its lines");
}
