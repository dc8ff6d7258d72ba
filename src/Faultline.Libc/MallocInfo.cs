namespace Faultline.Libc;

/// <summary>
/// struct mallinfo2 of glibc 2.36. Bytes unless said otherwise; sums over all arenas, except <see cref="KeepCost"/>.
/// </summary>
/// <param name="Arena">Memory that the arenas hold: the brk heap and secondary heaps.</param>
/// <param name="OrdBlks">Number of free chunks in bins, plus one top an arena.</param>
/// <param name="SmBlks">Number of chunks in fastbins.</param>
/// <param name="HBlks">Number of live mapped chunks.</param>
/// <param name="HBlkHd">Length of their mappings.</param>
/// <param name="UsmBlks">Always 0.</param>
/// <param name="FsmBlks">Bytes in fastbins.</param>
/// <param name="UordBlks">Arena less free bytes: counts headers and cached chunks as used.</param>
/// <param name="FordBlks">Free bytes: tops, bins and fastbins.</param>
/// <param name="KeepCost">Size of the main arena's top.</param>
public readonly record struct MallocInfo(
    ulong Arena, ulong OrdBlks, ulong SmBlks, ulong HBlks, ulong HBlkHd,
    ulong UsmBlks, ulong FsmBlks, ulong UordBlks, ulong FordBlks, ulong KeepCost);
