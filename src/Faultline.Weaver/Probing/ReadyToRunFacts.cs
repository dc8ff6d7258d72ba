// The ReadyToRun header (coreclr's readytorun.h): signature 'RTR\0', two 16-bit version numbers, 32 bits of flags.

using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Faultline.Weaver.Probing;

/// <summary>
/// Native code beside the IL. <see cref="SharesCode"/>: it was compiled together with other assemblies (composite, or a larger version
/// bubble), so that their native code holds copies of this one's methods and rewriting this one alone changes nothing there.
/// </summary>
internal readonly record struct ReadyToRunFacts(bool Present, bool SharesCode)
{
    private const uint Signature = 0x00525452;
    private const uint Component = 0x20;
    private const uint MultiModuleVersionBubble = 0x40;

    public static ReadyToRunFacts Read(PEReader image)
    {
        DirectoryEntry directory = image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory;
        if (directory.Size < 12)
            return default;
        BlobReader header = image.GetSectionData(directory.RelativeVirtualAddress).GetReader();
        if (header.RemainingBytes < 12 || header.ReadUInt32() != Signature)
            return default;
        header.ReadUInt32();
        return new ReadyToRunFacts(true, (header.ReadUInt32() & (Component | MultiModuleVersionBubble)) != 0);
    }
}
