namespace Faultline.Tracing.Session;

/// <summary>What is simulated and how touches are seen, as reports and traces name it.</summary>
public static class ModelNames
{
    public const string Kernel = "linux-6.x";

    /// <summary>"observe/pagemap-scan" and the like; "none" where nothing is known about touches.</summary>
    public static string Observer(ObserverKind kind) => kind switch
    {
        ObserverKind.PagemapScan => "observe/pagemap-scan",
        ObserverKind.Pagemap => "observe/pagemap",
        ObserverKind.Mincore => "observe/mincore",
        ObserverKind.Assumed => "assume",
        _ => "none",
    };
}
