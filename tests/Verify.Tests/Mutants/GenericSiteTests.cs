using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ZeroCopy.Cli.Mutants.Generic;

namespace ZeroCopy.Tests.Mutants;

/// <summary>Where small mistakes are made, and which.</summary>
public sealed class GenericSiteTests
{
    [Theory]
    [InlineData("int F(int a, int b) => a + b;", "arithmetic a - b")]
    [InlineData("string F(int a, string b) { return a + b; }", "")]
    [InlineData("string? F(int a, string b) { return a + b; }", "")]
    [InlineData("bool F(int a) => a < 3;", "equality a > 3", "equality a <= 3")]
    [InlineData("bool F(int a) => a == 3;", "equality a != 3")]
    [InlineData("bool F(int a) => a is >= 3;", "equality a is not (>= 3)", "equality < 3", "equality > 3")]
    [InlineData("bool F(object? a) => a is not null;", "equality a is null")]
    [InlineData("bool F(bool a, bool b, bool c) => a || b || c;", "logical (a || b) && c", "logical a && b")]
    [InlineData("bool F(bool a) => !a;", "boolean a")]
    [InlineData("bool F() => true;", "boolean false")]
    [InlineData("int F(bool a) => a ? 1 : 2;", "conditional true", "conditional false", "condition !(a)")]
    [InlineData("int F(int? a) => a ?? 2;", "coalescing a", "coalescing 2")]
    [InlineData("int F(int a) => a << 2 | 1;", "bitwise a << 2 & 1", "bitwise a << 2 ^ 1", "bitwise a >> 2")]
    [InlineData("int F(int a) => unchecked(-a);", "checked -a", "unary +a")]
    [InlineData("int F(int a) => System.Math.Min(a, 2);", "call System.Math.Max(a, 2)")]
    [InlineData("int F(int a) => Min(a, 2); int Min(int a, int b) => b;")]
    [InlineData("void F(int a) { a += 2; }", "statement (nothing)", "assignment a -= 2")]
    [InlineData("void F(int a) { a++; G(); } void G() { }", "block { }", "statement (nothing)", "update a--", "statement (nothing)")]
    [InlineData("int F(int a) { a++; return a; }", "block { return default!; }", "statement (nothing)", "update a--")]
    [InlineData("void F(bool a) { if (a) { return; } }", "condition !(a)", "statement (nothing)")]
    public void Code_Operators_Changes(string member, params string[] changes) => Assert.Equal(changes.Where(change => change.Length > 0), In(member));

    [Theory]
    [InlineData("public override string ToString() => 1 + 2 > 3 ? \"a\" : \"b\";")]
    [InlineData("bool TryParse(string word, out bool on) => on = word == \"on\";")]
    [InlineData("void WriteState(StateWriter state) { state.Write(!true); }")]
    [InlineData("void F(int a) { if (a > 3) { throw new ModelException(\"\" + a); } }")]
    [InlineData("int F(int? a) => a ?? throw new ModelException(\"\");")]
    [InlineData("int F(bool a) => a ? 1 : throw new ModelException(\"\");")]
    [InlineData("[System.Obsolete(\"\", false)] void F() { }")]
    public void What_only_tells_or_asks_how_it_is_used_is_left_out(string member) => Assert.Empty(In(member));

    [Fact]
    public void A_bug_check_is_part_of_the_model() =>
        Assert.Equal(["equality a < 3", "equality a >= 3", "statement (nothing)"], In("void F(int a) { if (a > 3) { throw new BugException(a > 4); } }"));

    /// <summary>The mistake, and a mark by which it tells that it was evaluated.</summary>
    [Theory]
    [InlineData("int F(int a) => a + 1;", "int F(int a) => *(a - 1);")]
    [InlineData("void F(int a) { a++; }", "void F(int a) { *(); }")]
    [InlineData("int F(object a) => a is int b ? b : 0;", "int F(object a) => *((a is not (int b)) ? b : 0);")]
    [InlineData("void F(object a) { if (a is int b) { b = 1; } }", "void F(object a) { *(); if ((a is not (int b))) { b = 1; } }")]
    public void Patch_is_marked(string member, string patched) =>
        Assert.Equal(Text(patched).Replace("*", "global::ZeroCopy.Model.WovenMutant.Meet", StringComparison.Ordinal), Of(member).First(site => site.Operator != "conditional").Patched(isMarked: true));

    /// <summary>A constant has no mark.</summary>
    [Fact]
    public void Patch_without_a_mark_is_closed() => Assert.Equal(Text("const int A = 2 * (1 - 1);"), Of("const int A = 2 * (1 + 1);").Last().Patched(isMarked: false).Replace("((1 - 1))", "(1 - 1)", StringComparison.Ordinal));

    [Fact]
    public void Model_has_sites_and_its_tools_have_none()
    {
        Assert.InRange(Sites.All.Count, 5_000, 20_000);
        Assert.DoesNotContain(Sites.All, site => site.File is "Model/StateWriter.cs" or "Model/Spelling.cs" or "Model/WovenMutant.cs");
        Assert.Equal(Operators.Names, Sites.All.Select(site => site.Operator).Distinct().Order(StringComparer.Ordinal));
    }

    private static string Text(string member) => $"class C {{ {member} }}";

    private static IEnumerable<string> In(string member) => Of(member).Select(site => $"{site.Operator} {site.Changed}");

    private static IEnumerable<Site> Of(string member)
    {
        var tree = CSharpSyntaxTree.ParseText(Text(member), path: "C.cs");
        var compilation = CSharpCompilation.Create("C", [tree], [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)]);
        return Sites.In(tree, compilation.GetSemanticModel(tree));
    }
}
