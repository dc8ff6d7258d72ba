namespace System.Runtime.CompilerServices;

/// <summary>What records need of a framework that does not have it yet.</summary>
internal static class IsExternalInit;
