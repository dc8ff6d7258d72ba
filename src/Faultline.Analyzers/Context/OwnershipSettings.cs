using System;
using System.Collections.Generic;
using System.Linq;
using Faultline.Analyzers.Flow.Ownership;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Faultline.Analyzers.Context;

/// <summary>Reads the settings that say who owns blocks.</summary>
internal static class OwnershipSettings
{
    private const string ConstructorKey = "faultline.ownership_transfer_at_constructor";
    private const string CallKey = "faultline.ownership_transfer_at_method_call";
    private const string NonThrowingKey = "faultline.non_throwing_methods";
    private const string FinalizerKey = "faultline.finalizer_races";
    private const string AllocatorsKey = "faultline.allocators";

    private static readonly string[] s_keys = [ConstructorKey, CallKey, NonThrowingKey, FinalizerKey, AllocatorsKey];

    /// <param name="unreadable">Told the key, the value, what it should be, and what is used in its place.</param>
    public static OwnershipOptions Read(AnalyzerConfigOptions options, Action<string, string, string, string> unreadable)
    {
        List<(string, string)> pairs = [];
        foreach (string entry in List(options, AllocatorsKey))
        {
            string[] names = [.. entry.Split('|').Select(name => name.Trim())];
            if (names.Length == 2 && names.All(IsMethodName))
                pairs.Add((names[0], names[1]));
            else
                unreadable(AllocatorsKey, entry, "a pair of methods (Namespace.Type.Allocate|Namespace.Type.Free)", "it is left out");
        }

        List<string> nonThrowing = [];
        foreach (string name in List(options, NonThrowingKey))
        {
            if (IsMethodName(name.EndsWith(".*", StringComparison.Ordinal) ? name.Substring(0, name.Length - 1) + "x" : name))
                nonThrowing.Add(name);
            else
                unreadable(NonThrowingKey, name, "a method (Namespace.Type.Method or Namespace.Type.*)", "it is left out");
        }

        bool atConstructor = Truth(options, ConstructorKey, unreadable);
        bool atCall = Truth(options, CallKey, unreadable);
        bool finalizers = Truth(options, FinalizerKey, unreadable, otherwise: false);
        return atConstructor && atCall && !finalizers && pairs.Count == 0 && nonThrowing.Count == 0
            ? OwnershipOptions.Default : new OwnershipOptions(atConstructor, atCall, pairs, nonThrowing) { FindsFinalizerRaces = finalizers };
    }

    /// <summary>Whether the options of a file have any of these keys.</summary>
    public static bool AreIn(AnalyzerConfigOptions options)
    {
        foreach (string key in s_keys)
            if (options.TryGetValue(key, out _))
                return true;
        return false;
    }

    private static IEnumerable<string> List(AnalyzerConfigOptions options, string key)
        => options.TryGetValue(key, out string? text) ? text.Split(',').Select(entry => entry.Trim()).Where(entry => entry.Length > 0) : [];

    private static bool Truth(AnalyzerConfigOptions options, string key, Action<string, string, string, string> unreadable, bool otherwise = true)
    {
        if (!options.TryGetValue(key, out string? text))
            return otherwise;
        if (bool.TryParse(text, out bool truth))
            return truth;
        unreadable(key, text, "true or false", (otherwise ? "true" : "false") + " is used");
        return otherwise;
    }

    private static bool IsMethodName(string name)
        => name.IndexOf('.') > 0 && !name.EndsWith(".", StringComparison.Ordinal) && name.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '_' or '<' or '>');
}
