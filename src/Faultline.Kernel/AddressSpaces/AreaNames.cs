namespace Faultline.Kernel;

/// <summary>Names that anonymous areas were given; equal names have equal numbers, so that areas compare by them. 0: none.</summary>
internal sealed class AreaNames
{
    private readonly List<string> _names = [""];
    private readonly Dictionary<string, uint> _numbers = new(StringComparer.Ordinal);

    public string this[uint number] => _names[(int)number];

    public uint NumberOf(string? name)
    {
        if (name == null)
            return 0;
        if (_numbers.TryGetValue(name, out uint number))
            return number;
        _names.Add(name);
        return _numbers[name] = (uint)_names.Count - 1;
    }
}
