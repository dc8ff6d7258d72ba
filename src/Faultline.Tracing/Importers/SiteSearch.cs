using System.Globalization;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Importers;

/// <summary>Looks for the call site on one stack, from the innermost frame outwards: the first frame that does not only pass on.</summary>
internal struct SiteSearch(PerfMap? perfMap)
{
    private CallSite? _found;
    private CallSite? _passing;
    private string? _api;
    private ulong _nameless;
    private ulong _namelessCaller;

    /// <summary>The site is in code that was compiled at run time, and no map has it.</summary>
    public readonly bool IsNameless => _found == null && _nameless != 0;

    /// <summary>The site (id 0); where every frame passes on, the innermost one. Null for an empty stack.</summary>
    public readonly CallSite? Site
    {
        get
        {
            CallSite? site = _found ?? (_nameless != 0 ? Nameless() : _passing);
            return site == null ? null : site with { Api = _api ?? "malloc" };
        }
    }

    /// <summary>
    /// A frame as heaptrack gives it, empty texts where it knows nothing. False when the search has come to its end.
    /// </summary>
    public bool Visit(string module, string function, string file, int line, ulong address)
    {
        if (function.Length == 0)
            return VisitNameless(address);
        // Compiled code below a native frame is the better site, poor as its name is.
        if (_nameless != 0)
            return false;
        string moduleFile = Path.GetFileName(module);
        var site = new CallSite(0, moduleFile, "", function, "", file.Length == 0 ? null : file, line);
        return Pass(site, AllocatorFrames.PassesOn(moduleFile, function, file), AllocatorFrames.FunctionOf(function));
    }

    private bool VisitNameless(ulong address)
    {
        if (perfMap?.Find(address) is { } name && PerfMap.TrySplit(name, out string assembly, out string type, out string method))
            return Pass(new CallSite(0, assembly, type, method, "", null, 0), AllocatorFrames.PassesOnManaged(type, method, out string? api), api);
        // Precompiled code of the framework is in no map, its caller may be: look on.
        if (_nameless == 0)
            _nameless = address;
        else if (_namelessCaller == 0)
            _namelessCaller = address;
        return true;
    }

    private bool Pass(CallSite site, bool passesOn, string? api)
    {
        if (!passesOn)
        {
            _found = site;
            return false;
        }

        _passing ??= site;
        _api = api ?? _api;
        return true;
    }

    /// <summary>.NET's allocation functions are one address for all: with the caller's the sites can be told apart.</summary>
    private readonly CallSite Nameless()
    {
        string method = "0x" + _nameless.ToString("x", CultureInfo.InvariantCulture);
        if (_namelessCaller != 0)
            method += " called by 0x" + _namelessCaller.ToString("x", CultureInfo.InvariantCulture);
        return new CallSite(0, "(compiled at run time)", "", method, "", null, 0);
    }
}
