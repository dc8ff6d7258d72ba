using Faultline.Sites;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Tool.Tests.Profiling;

/// <summary>What a site's key survives and what it does not.</summary>
public class SiteKeyTests
{
    private const string Source = """
        using System.Runtime.InteropServices;
        namespace Space;
        unsafe class Cache<T>
        {
            void* Put(int bytes, string name)
            {
                void* block = NativeMemory.Alloc((nuint)bytes);
                return block;
            }
        }
        """;

    [Fact]
    public void It_names_file_member_and_place()
    {
        SiteKey key = Key(Source);
        Assert.Equal(("Cache.cs", "Space.Cache`1.Put(int,string)", 0), (key.File, key.Member, key.Ordinal));
        Assert.Matches("^[0-9a-f]{16}$", key.Text);
    }

    [Theory]
    [InlineData("using System.Runtime", "// ten\n// lines\n\n\n\nusing System;\nusing System.Runtime")]
    [InlineData("(nuint)bytes);", "(nuint)bytes); // a comment")]
    [InlineData("void* block = NativeMemory.Alloc(", "void*  block =\n            NativeMemory.Alloc( /* so many */ ")]
    [InlineData("return block;", "int more = 0;\nreturn block;")]
    [InlineData("{\n        void* block", "{\n        if (bytes < 0) return null;\n        void* block")]
    [InlineData("int bytes, string name", "int bytes, string title")]
    [InlineData("unsafe class", "public sealed unsafe class")]
    public void Edits_nearby_do_not_change_it(string old, string now) => Assert.Equal(Key(Source).Text, Key(Source.Replace(old, now)).Text);

    [Theory]
    [InlineData("(nuint)bytes)", "(nuint)bytes + 1)")]
    [InlineData("void* block =", "void* other =")]
    [InlineData("Put(", "Add(")]
    [InlineData("int bytes,", "long bytes,")]
    [InlineData("Cache<T>", "Store<T>")]
    [InlineData("namespace Space", "namespace Other")]
    public void Edits_of_the_call_or_its_member_do(string old, string now) => Assert.NotEqual(Key(Source).Text, Key(Source.Replace(old, now)).Text);

    [Fact]
    public void The_folder_does_not_count_and_the_API_does()
    {
        Assert.Equal(Key(Source).Text, Key(Source, "elsewhere/Cache.cs").Text);
        Assert.NotEqual(Key(Source).Text, Key(Source, "Other.cs").Text);
        InvocationExpressionSyntax call = Calls(Source).Single();
        Assert.NotEqual(SiteKeys.Of(call, "NativeMemory.Alloc").Text, SiteKeys.Of(call, "malloc").Text);
    }

    [Fact]
    public void Equal_statements_of_a_member_are_told_apart_by_their_order()
    {
        const string Twice = """
            unsafe class C
            {
                void* a;
                void M() { a = NativeMemory.Alloc(8); if (a == null) { a = NativeMemory.Alloc(8); } a = NativeMemory.Alloc(9); }
                void N() { a = NativeMemory.Alloc(8); }
            }
            """;
        Assert.Equal([0, 1, 0, 0], Calls(Twice).Select(call => SiteKeys.Of(call, "NativeMemory.Alloc").Ordinal));
        Assert.Equal(4, Calls(Twice).Select(call => SiteKeys.Of(call, "NativeMemory.Alloc").Text).Distinct().Count());
    }

    [Theory]
    [InlineData("class C { int P { get { M(Alloc(8)); return 0; } } }", "C.P.get", "M ( Alloc ( 8 ) ) ;")]
    [InlineData("class C { nint P => Alloc(8); }", "C.P", "Alloc ( 8 )")]
    [InlineData("class C { static nint f = Alloc(8), g; }", "C.f", "f = Alloc ( 8 )")]
    [InlineData("class C { nint P { get; } = Alloc(8); }", "C.P", "= Alloc ( 8 )")]
    [InlineData("class C { C(int n) : this(Alloc(n)) { } }", "C..ctor(int)", "")]
    [InlineData("class C { static C() { Alloc(8); } }", "C..cctor()", "Alloc ( 8 ) ;")]
    [InlineData("class C { ~C() { Alloc(8); } }", "C.Finalize", "Alloc ( 8 ) ;")]
    [InlineData("class C { void M() { if (Alloc(8) == 0) { X(); Y(); } } }", "C.M()", "Alloc ( 8 ) == 0")]
    [InlineData("class C { void M() { for (nint i = Alloc(8); i < 9; i++) X(); } }", "C.M()", "nint i = Alloc ( 8 )")]
    [InlineData("class C { void M() { F f = () => Alloc(8); } }", "C.M()", "Alloc ( 8 )")]
    [InlineData("class C { void M() { Run(() => { X(); }, Alloc(8)); } }", "C.M()", "Run ( ( ) => , Alloc ( 8 ) ) ;")]
    [InlineData("class C { void M() { nint L() { return Alloc(8); } } }", "C.M()", "return Alloc ( 8 ) ;")]
    [InlineData("class C : B, I { void I.M<T>(T t) { Alloc(8); } }", "C.I.M`1(T)", "Alloc ( 8 ) ;")]
    [InlineData("class C { public static C operator +(C a, C b) => Alloc(8); }", "C.operator +(C,C)", "Alloc ( 8 )")]
    [InlineData("Alloc(8);", "<top>", "Alloc ( 8 ) ;")]
    [InlineData("void L() { Alloc(8); } L();", "<top>", "Alloc ( 8 ) ;")]
    [InlineData("namespace A { namespace B.C { struct S { class T { void M() => Alloc(8); } } } }", "A.B.C.S.T.M()", "Alloc ( 8 )")]
    public void Every_member_has_a_name_and_every_call_a_statement(string source, string member, string statement)
    {
        InvocationExpressionSyntax call = Calls(source).Single(call => SiteKeys.NameOf(call) == "Alloc");
        SiteKey key = SiteKeys.Of(call, "malloc");
        Assert.Equal(member, key.Member);
        if (statement.Length > 0)
            Assert.Equal(new SiteKey("Cache.cs", member, statement + " ", "malloc", 0).Text, key.Text);
    }

    private static SiteKey Key(string source, string path = "src/Cache.cs") => SiteKeys.Of(Calls(source, path).Single(), "NativeMemory.Alloc");

    private static IEnumerable<InvocationExpressionSyntax> Calls(string source, string path = "src/Cache.cs")
        => CSharpSyntaxTree.ParseText(source, path: path).GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>();
}
