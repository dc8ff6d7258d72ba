using System.Runtime.InteropServices;

namespace FragmentedIndex;

/// <summary>A node of a term's list of documents, 40 bytes of a native block, which lives as long as the index does.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Posting
{
    public Posting* Next;
    public int Document;
    public int Count;
    public fixed int Places[6];
}
