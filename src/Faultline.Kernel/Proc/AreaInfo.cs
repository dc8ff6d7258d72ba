namespace Faultline.Kernel;

/// <summary>One line of /proc/PID/maps, and what smaps says of the area beside its pages.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">First byte after it.</param>
/// <param name="Protection">r, w and x of the permissions.</param>
/// <param name="IsShared">s in place of p.</param>
/// <param name="Offset">Where in the file it starts, bytes; 0 without one.</param>
/// <param name="File">The mapped file, or null.</param>
/// <param name="Name">Path of the file, [heap], [stack], [anon:…], or empty.</param>
/// <param name="ThpEligible">The policy would put huge pages here.</param>
/// <param name="VmFlags">Two letters each, as smaps prints them.</param>
public sealed record AreaInfo(
    VirtualAddress Start,
    VirtualAddress End,
    Protection Protection,
    bool IsShared,
    ulong Offset,
    Inode? File,
    string Name,
    bool ThpEligible,
    string VmFlags)
{
    public ByteCount Size => new(End - Start);

    /// <summary>rwxp as maps prints it.</summary>
    public string Permissions => string.Concat(
        (Protection & Protection.Read) != 0 ? 'r' : '-',
        (Protection & Protection.Write) != 0 ? 'w' : '-',
        (Protection & Protection.Execute) != 0 ? 'x' : '-',
        IsShared ? 's' : 'p');
}
