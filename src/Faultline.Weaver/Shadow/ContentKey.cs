using System.Security.Cryptography;
using System.Text;

namespace Faultline.Weaver.Shadow;

/// <summary>Names of cache entries: SHA-256 over what an entry was made of, always with the version of the weaver that made it.</summary>
internal static class ContentKey
{
    /// <summary>Changes exactly when the weaver's code does, since the build is deterministic.</summary>
    public static readonly string WeaverVersion = typeof(ContentKey).Module.ModuleVersionId.ToString("N");

    public static string Of(params IEnumerable<string> parts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(WeaverVersion));
        foreach (string part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    /// <summary>
    /// A short name for a path: FNV-1a, because a plan's name must be found without loading the cryptography library, which takes longer
    /// than the rest of a warm start. What has such a name also holds the path itself, so that a collision is noticed.
    /// </summary>
    public static string OfPaths(string first, string second)
    {
        ulong hash = 14695981039346656037;
        foreach (string path in (ReadOnlySpan<string>)[first, second])
            foreach (char c in path + "\0")
                hash = (hash ^ c) * 1099511628211;
        return hash.ToString("x16");
    }

    /// <summary>Hash of a file's bytes; "none" where there is no such file.</summary>
    public static string OfFile(string path)
    {
        if (!File.Exists(path))
            return "none";
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
