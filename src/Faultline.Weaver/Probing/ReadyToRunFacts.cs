// The ReadyToRun header (coreclr's readytorun.h): signature 'RTR\0', two 16-bit version numbers, 32 bits of flags.

using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Faultline.Weaver.Probing;

/// <summary>
/// Native code beside the IL. <see cref="IsComponent"/>: the code is in a composite image together with that of other assemblies, where
/// methods of one are inlined into another without a check, so that rewriting this file alone changes nothing there. (Outside of composite
/// images code is inlined across assemblies only behind a check of the IL, whatever the flag for version bubbles of several modules says:
/// the SDK sets that one for every assembly.)
/// </summary>
internal readonly record struct ReadyToRunFacts(bool Present, bool IsComponent)
{
    private const uint Signature = 0x00525452;
    private const uint ComponentFlag = 0x20;

    public static ReadyToRunFacts Read(PEReader image)
    {
        DirectoryEntry directory = image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory;
        if (directory.Size < 12)
            return default;
        BlobReader header = image.GetSectionData(directory.RelativeVirtualAddress).GetReader();
        if (header.RemainingBytes < 12 || header.ReadUInt32() != Signature)
            return default;
        header.ReadUInt32();
        return new ReadyToRunFacts(true, (header.ReadUInt32() & ComponentFlag) != 0);
    }
}
