using System.Text;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Importers;

// The lines that are no events: version, command, machine, strings, modules.
internal sealed partial class HeaptrackImporter
{
    private const int NewestFormat = 3;
    private const int FormatWithSizedStrings = 3;

    private string? TakeHead(byte letter, ref LineFields fields)
    {
        switch (letter)
        {
            case (byte)'v':
                return TakeVersion(ref fields);
            case (byte)'X':
                _metadata = _metadata with { Program = Encoding.UTF8.GetString(fields.Rest) };
                return null;
            case (byte)'I':
                if (!fields.TryHex(out ulong pageSize) || !fields.TryHex(out ulong pages))
                    return "no page size and number of pages";
                _metadata = _metadata with { RamBytes = pageSize * pages };
                return null;
            case (byte)'R':
                if (!fields.TryHex(out ulong resident))
                    return "no number of pages";
                _peakResidentPages = Math.Max(_peakResidentPages, resident);
                return null;
            case (byte)'A':
                _attached = true;
                return null;
            case (byte)'S':
                return null;
            case (byte)'s':
                if (!TryText(ref fields, out string text))
                    return "a string of another length than it says";
                _stacks.AddString(text);
                return null;
            case (byte)'x' or (byte)'m':
                return TakeModule(letter, ref fields);
            default:
                return "not a line of heaptrack's";
        }
    }

    private string? TakeVersion(ref LineFields fields)
    {
        if (!fields.TryIndex(out int version))
            return "no version";
        // The first files with kinds of block had no format number of their own.
        if (!fields.TryIndex(out _format))
            _format = version == 0x010200 ? 1 : 0;
        if (_format > NewestFormat)
            throw new TraceFormatException($"{_name}: a heaptrack file of format {_format}; formats up to {NewestFormat} are known");
        _hasVersion = true;
        return null;
    }

    private string? TakeModule(byte letter, ref LineFields fields)
    {
        HeaptrackModules modules = _stacks.RawModules ??= new HeaptrackModules();
        if (!TryText(ref fields, out string name, wholeLine: letter == 'x'))
            return "no module";
        if (letter == 'x')
            modules.Executable = name;
        else if (!modules.TryAdd(name, ref fields))
            return "not a module and where it was mapped";
        return null;
    }

    /// <summary>A text after its length; in older formats the rest of the line, or up to a blank.</summary>
    private bool TryText(ref LineFields fields, out string text, bool wholeLine = true)
    {
        if (_format >= FormatWithSizedStrings)
        {
            text = "";
            return fields.TryIndex(out int length) && fields.TryText(length, out text) && (fields.AtEnd || !wholeLine);
        }

        text = Encoding.UTF8.GetString(wholeLine ? fields.Rest : fields.Word());
        return true;
    }
}
