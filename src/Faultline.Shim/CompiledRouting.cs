using System.ComponentModel;
using Faultline.Shim.Runtime;

namespace Faultline.Shim;

/// <summary>Where the code that the interceptor generator makes says what it has routed. Not for use by hand.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CompiledRouting
{
    /// <summary>
    /// Enters an assembly's call sites, before the first of them is called: how many, and their names as lines of text (numbers from 1,
    /// no assembly). Answers what is to be added to these numbers.
    /// </summary>
    public static int Register(string assembly, int sites, string names) => CompiledSites.Add(assembly, sites, names);
}
