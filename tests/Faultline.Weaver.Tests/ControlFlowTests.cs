using Faultline.Weaver.Tests.Support;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Faultline.Weaver.Tests;

/// <summary>What points at a call must point at the right instruction afterwards.</summary>
public class ControlFlowTests
{
    [Fact]
    public void Branches_to_a_call_and_handlers_around_it() => TestApplication.Compile("""
        Console.WriteLine(Choose(true) + Choose(false));
        Guard();
        Console.WriteLine(Filtered());

        static int Choose(bool first)
        {
            nint block = first ? Marshal.AllocHGlobal(8) : Marshal.AllocHGlobal(16); // routed 2
            while (true)
            {
                try
                {
                    if (first)
                        throw new InvalidOperationException();
                    return 1;
                }
                catch (InvalidOperationException)
                {
                    Marshal.FreeHGlobal(Marshal.AllocHGlobal(1)); // routed 2
                    return 2;
                }
                finally
                {
                    Marshal.FreeHGlobal(block); // routed 2
                }
            }
        }

        static void Guard()
        {
            try
            {
                Marshal.ReAllocHGlobal(Marshal.AllocHGlobal(1), nint.MaxValue); // routed 2
            }
            catch (OutOfMemoryException e)
            {
                Console.WriteLine(e.GetType().Name);
            }
        }

        static string Filtered()
        {
            nint block = Marshal.AllocHGlobal(1); // routed 1
            try
            {
                throw new Exception("thrown");
            }
            catch (Exception e) when (Free(ref block))
            {
                return e.Message + block;
            }
        }

        static bool Free(ref nint block)
        {
            Marshal.FreeHGlobal(block); // routed 1
            block = 0;
            return true;
        }
        """).RunBoth();

    /// <summary>Sixty calls grow the loop's body past the 127 bytes that a short branch reaches.</summary>
    [Fact]
    public void Short_branches_that_grow_too_long() => TestApplication.Compile($$"""
        int n = 0;
        for (int i = 0; i < 3; i++)
        {
            if (i == 1)
                continue;
            {{string.Join("\n    ", Enumerable.Repeat("n += Marshal.AllocHGlobal(0) != 0 ? 1 : 0; // routed 2", 60))}}
        }

        Console.WriteLine(n);
        """).RunBoth();

    /// <summary>C# writes no tail prefix, so it is put in here; F# does.</summary>
    [Fact]
    public void A_tail_call_becomes_an_ordinary_one()
    {
        TestApplication app = TestApplication.Compile("""
            Marshal.FreeHGlobal(Make(10)); // routed 1

            static nint Make(int n) => Marshal.AllocHGlobal(n); // routed 1
            """);
        string rewritten = app.Assembly + ".tail";
        using (ModuleDefinition module = ModuleDefinition.ReadModule(app.Assembly, new ReaderParameters { ReadSymbols = true }))
        {
            MethodBody body = module.GetTypes().SelectMany(type => type.Methods).Single(method => method.Name.Contains("Make")).Body;
            Instruction call = body.Instructions.Single(instruction => instruction.OpCode == OpCodes.Call);
            Assert.Equal(OpCodes.Ret, call.Next.OpCode);
            body.GetILProcessor().InsertBefore(call, Instruction.Create(OpCodes.Tail));
            module.Write(rewritten, new WriterParameters { WriteSymbols = true });
        }

        File.Move(rewritten, app.Assembly, overwrite: true);
        File.Move(Path.ChangeExtension(rewritten, ".pdb"), Path.ChangeExtension(app.Assembly, ".pdb"), overwrite: true);
        app.RunBoth();
    }

    [Fact]
    public void Stack_traces_have_the_same_lines_as_before()
    {
        RoutedRun run = TestApplication.Compile("""
            try
            {
                Outer();
            }
            catch (Exception e)
            {
                foreach (string line in e.StackTrace!.Split('\n'))
                    Console.WriteLine(line.Contains(" in ") ? line[line.IndexOf(" in ")..] : "");
            }

            static void Outer()
            {
                Marshal.FreeHGlobal(Marshal.AllocHGlobal(1)); // routed 2
                try
                {
                    Inner(Marshal.AllocHGlobal(2)); // routed 1
                }
                finally
                {
                    Marshal.FreeHGlobal(Marshal.AllocHGlobal(3)); // routed 2
                }
            }

            static void Inner(nint block)
            {
                Marshal.FreeHGlobal(block); // routed 1
                throw new InvalidOperationException();
            }
            """, new CompileOptions { Optimize = false }).RunBoth();
        Assert.Equal(3, run.Result.Output.Split("/src/Program.cs:line ").Length - 1);
    }
}
