using System.CommandLine;
using System.CommandLine.Parsing;
using Faultline.Libc;

namespace Faultline.Tool.Verbs;

/// <summary>The option --libc of all verbs that simulate one; null where it is not given.</summary>
internal static class LibcOption
{
    private const string Name = "--libc";

    /// <param name="usual">What is taken without it.</param>
    public static Option<LibcProfile?> Create(string usual) => new(Name)
    {
        Description = $"The simulated C library: {LibcProfile.Names}. [default: {usual}]",
        HelpName = "name",
        CustomParser = Parse,
    };

    private static LibcProfile? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        LibcProfile? profile = LibcProfile.Find(text);
        if (profile == null)
            result.AddError($"{Name} {text} is none of {LibcProfile.Names}");
        return profile;
    }
}
