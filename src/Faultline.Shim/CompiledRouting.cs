using System.ComponentModel;
using Faultline.Shim.Runtime;
using Faultline.Tracing.Session;

namespace Faultline.Shim;

/// <summary>Where the code that the interceptor generator makes says what it has routed. Not for use by hand.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CompiledRouting
{
    /// <summary>
    /// Enters an assembly's call sites, before the first of them is called: how many, and their names as lines of text (numbers from 1,
    /// no assembly); <paramref name="keys"/> are their keys in the source (<see cref="SourceKey"/>). Answers what is to be added to these numbers. <paramref name="report"/> writes the report at the program's end; null
    /// for an assembly that is a library.
    /// </summary>
    public static int Register(string assembly, int sites, string names, string keys, Action<OwnRun>? report)
    {
        int before = CompiledSites.Add(assembly, sites, names, keys);
        if (report != null)
            OwnEnd.Expect(report);
        return before;
    }
}
