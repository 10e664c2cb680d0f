using Mono.Cecil;

namespace ZeroCopy.Tests.Tidy;

/// <summary>Who may see whom, read from the compiled assemblies.</summary>
public sealed class ArrowTests
{
    private static readonly string[] Framework = ["System.", "Microsoft.Win32.", "netstandard", "mscorlib"];

    [Theory]
    [InlineData("ZeroCopy.Specs", "")]
    [InlineData("ZeroCopy.Model", "ZeroCopy.Specs Stateless")]
    [InlineData("ZeroCopy.Drivers", "ZeroCopy.Specs ZeroCopy.Model Stateless")]
    [InlineData("ZeroCopy.Properties", "ZeroCopy.Specs ZeroCopy.Model ZeroCopy.Drivers FsCheck FSharp.Core OxyPlot Stateless")]
    [InlineData("zcverify", "ZeroCopy.Specs ZeroCopy.Model ZeroCopy.Drivers ZeroCopy.Properties System.CommandLine Spectre.Console Spectre.Console.Ansi Microsoft.CodeAnalysis Microsoft.CodeAnalysis.CSharp")]
    public void Assembly_sees_only_what_stands_left_of_it(string name, string allowed)
    {
        using var assembly = Read(name);
        Assert.Empty(assembly.MainModule.AssemblyReferences
            .Select(reference => reference.Name)
            .Where(reference => reference == "System.CommandLine" || !Framework.Any(prefix => (reference + ".").StartsWith(prefix, StringComparison.Ordinal)))
            .Except(allowed.Split(' ')));
    }

    [Fact]
    public void Copying_names_no_type_of_what_it_judges()
    {
        using var assembly = Read("ZeroCopy.Model");
        var types = assembly.MainModule.GetTypes().Where(type => type.FullName.StartsWith("ZeroCopy.Model.Copying.", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(types);
        Assert.DoesNotContain(types.SelectMany(Named).Distinct(), name =>
            new[] { "Pages", "Skbs", "Checksums", "Net", "Fork" }.Any(part => name.Contains($"ZeroCopy.Model.{part}.", StringComparison.Ordinal))
            || name.Contains("ZeroCopy.Drivers.", StringComparison.Ordinal));
    }

    [Fact]
    public void The_question_can_be_answered_with_yes()
    {
        using var assembly = Read("ZeroCopy.Model");
        Assert.Contains(assembly.MainModule.GetTypes().Where(type => type.Name == "TcpSock").SelectMany(Named), name => name.Contains("ZeroCopy.Model.Skbs.", StringComparison.Ordinal));
    }

    private static AssemblyDefinition Read(string name) => AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, name + ".dll"));

    /// <summary>Full names of all types in signatures, fields and bodies.</summary>
    private static IEnumerable<string> Named(TypeDefinition type)
    {
        foreach (var field in type.Fields)
        {
            yield return field.FieldType.FullName;
        }

        foreach (var method in type.Methods)
        {
            yield return method.FullName;
            foreach (var variable in method.Body?.Variables ?? [])
            {
                yield return variable.VariableType.FullName;
            }

            foreach (var instruction in method.Body?.Instructions ?? [])
            {
                if (instruction.Operand is MemberReference member)
                {
                    yield return member.FullName;
                }
            }
        }
    }
}
