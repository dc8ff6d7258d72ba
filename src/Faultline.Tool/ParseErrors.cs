using System.CommandLine;
using System.CommandLine.Parsing;
using Faultline.Tracing.Text;

namespace Faultline.Tool;

/// <summary>One line for a command line that does not parse, with the word that was probably meant.</summary>
internal static class ParseErrors
{
    public static string Describe(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string help = command is RootCommand ? "faultline --help" : $"faultline {command.Name} --help";
        IEnumerable<string> words = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value);
        foreach (string word in words.Concat(parsed.UnmatchedTokens))
            if (UnknownOption(word, command) is { } unknown)
                return unknown;
        if (command is RootCommand && parsed.UnmatchedTokens.Count == 0)
            return $"no verb given; {help} lists them";
        if (command is RootCommand)
        {
            string verb = parsed.UnmatchedTokens[0];
            return $"'{verb}' is no verb{Spelling.Suggest(verb, command.Subcommands.Select(c => c.Name))}; {help} lists them";
        }

        return $"{parsed.Errors[0].Message.TrimEnd('.')}; see {help}";
    }

    /// <summary>
    /// The line for a word that looks like an option and is none of the command's: the parser takes such words for arguments.
    /// Null where it is not one.
    /// </summary>
    public static string? UnknownOption(string word, Command command)
    {
        if (word.Length < 2 || word[0] != '-')
            return null;
        string suggestion = Spelling.Suggest(word, command.Options.Select(o => o.Name));
        string hint = suggestion.Length > 0 ? suggestion
            : command.Arguments.Count == 0 ? ""
            : $"; if it is for the program, put it after --: faultline {command.Name} <program> -- {word}";
        return $"unknown option {word}{hint}";
    }
}
