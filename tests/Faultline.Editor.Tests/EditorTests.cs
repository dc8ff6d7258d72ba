using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Faultline.Editor.Tests;

/// <summary>Diagnostics and fixes through MSBuildWorkspace, the stack under editors, on a sample as it lies in the repository.</summary>
public class EditorTests(EditorSession session) : IClassFixture<EditorSession>
{
    [Fact]
    public async Task The_sample_shows_what_its_build_shows()
    {
        Document program = session.Project.Documents.Single(document => document.Name == "Program.cs");
        ImmutableArray<Diagnostic> found = await EditorSession.DiagnosticsOf(program);
        Assert.Equal(3, found.Count(d => d.Id == "FLT0003"));
        Assert.Contains(found, d => d is { Id: "FLT0002", Severity: DiagnosticSeverity.Warning }); // samples/.editorconfig raises it
    }

    /// <summary>A new file with one mistake for each fix: each is offered, makes its diagnostic go, and leaves code that compiles.</summary>
    [Fact]
    public async Task One_of_each_fix_is_offered_and_applied()
    {
        Document mistakes = session.Project.AddDocument("Mistakes.cs", Mistakes);
        ImmutableArray<Diagnostic> found = await EditorSession.DiagnosticsOf(mistakes);
        List<string> applied = [];
        foreach (CodeFixProvider fix in EditorSession.Fixes)
        {
            Diagnostic? diagnostic = null;
            CodeAction? action = null;
            foreach (Diagnostic candidate in found.Where(d => fix.FixableDiagnosticIds.Contains(d.Id)))
                if ((await EditorSession.ActionsFor(fix, mistakes, candidate)).FirstOrDefault() is { } offered)
                    (diagnostic, action) = (candidate, offered);
            if (diagnostic == null || action == null)
                continue;
            Document after = await EditorSession.Apply(action, mistakes);
            ImmutableArray<Diagnostic> left = await EditorSession.DiagnosticsOf(after);
            Assert.Equal(found.Count(d => d.Id == diagnostic.Id) - 1, left.Count(d => d.Id == diagnostic.Id));
            applied.Add(fix.GetType().Name);
        }

        Assert.Equal(EditorSession.Fixes.Select(fix => fix.GetType().Name).Order(), applied.Order());
    }

    private const string Mistakes =
        """
        using System;
        using System.Runtime.InteropServices;

        internal static unsafe class Mistakes
        {
            public static void Hoist(int n)
            {
                for (int i = 0; i < n; i++)
                {
                    byte* window = (byte*)NativeMemory.Alloc(1 << 20);
                    window[i] = 1;
                    NativeMemory.Free(window);
                }
            }

            public static int Stack()
            {
                int* few = (int*)NativeMemory.Alloc(4 * sizeof(int));
                few[0] = 1;
                int sum = few[0];
                NativeMemory.Free(few);
                return sum;
            }

            public static void* Zeroed(nuint bytes)
            {
                void* block = NativeMemory.Alloc(bytes);
                NativeMemory.Clear(block, bytes);
                return block;
            }

            public static void* Twice(nuint bytes)
            {
                void* block = NativeMemory.AllocZeroed(bytes);
                NativeMemory.Clear(block, bytes);
                return block;
            }

            public static void Handle(int bytes)
            {
                nint block = Marshal.AllocHGlobal(bytes);
                Marshal.WriteInt32(block, 1);
                Marshal.FreeHGlobal(block);
            }

            public static void Wrong()
            {
                void* row = NativeMemory.AlignedAlloc(4096, 64);
                NativeMemory.Free(row);
            }

            public static void* Wraps(int n) => NativeMemory.Alloc((nuint)(n * sizeof(long)));

            public static int* Bytes(int count) => (int*)NativeMemory.Alloc((nuint)count);

            public static void Leak(bool early)
            {
                void* block = NativeMemory.Alloc(4096);
                if (early)
                    return;
                Console.WriteLine((nint)block);
                NativeMemory.Free(block);
            }
        }
        """;
}
