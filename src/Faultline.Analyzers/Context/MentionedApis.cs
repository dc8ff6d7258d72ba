// Most compilations allocate nothing natively, and then the rules should cost nothing: no symbol is looked up, no body is looked at. Whether
// one may is decided on the words of its texts alone. The methods of Marshal and the functions of C have names of their own; Alloc, Realloc
// and Free are everywhere, so for them the type must be named too, if only in one using of another file.

using System.Threading;
using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Context;

/// <summary>Whether any file of a compilation names an allocation API.</summary>
internal static class MentionedApis
{
    private static readonly NameSet s_ofOneApi = new("ReturnsOwned", "ReturnsOwnedAttribute", "TakesOwnership", "TakesOwnershipAttribute");
    private static readonly NameSet s_ofNativeMemory = new();

    static MentionedApis()
    {
        foreach (AllocationApi api in AllocationApis.All)
            (api.Type == AllocationApis.NativeMemoryType ? s_ofNativeMemory : s_ofOneApi).Add(api.Method);
    }

    public static bool AreIn(Compilation compilation, CancellationToken cancellation)
    {
        bool isInvoked = false;
        TextMarks marks = TextMarks.None;
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            cancellation.ThrowIfCancellationRequested();
            InvokedNames names = InvokedNames.Of(tree);
            if (names.Any(s_ofOneApi) || ((names.Marks & TextMarks.EntryPoint) != 0 && LibcImports.RenamedIn(tree).Length > 0))
                return true;
            marks |= names.Marks;
            isInvoked = isInvoked || names.Any(s_ofNativeMemory);
            if (isInvoked && (marks & TextMarks.NativeMemory) != 0)
                return true;
        }

        return false;
    }
}
