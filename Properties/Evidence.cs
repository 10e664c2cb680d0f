using ZeroCopy.Specs;

namespace ZeroCopy.Properties;

/// <summary>What the specification says beyond rules, machines and laws. It stands in source texts, and the program, which carries them, hands it in.</summary>
/// <param name="Mutants">Every recorded bug.</param>
/// <param name="BugChecks">Every check in the code that throws a rule by its name.</param>
/// <param name="Meanings">What a member of an enum means, by <c>SkbMachine.State.Held</c>.</param>
public sealed record Evidence(IReadOnlyList<RecordedBug> Mutants, IReadOnlyList<BugCheck> BugChecks, IReadOnlyDictionary<string, string> Meanings)
{
    /// <summary>The meaning of an enum's member; empty where nothing is written.</summary>
    public string Meaning(Type type, string member) => Meanings.GetValueOrDefault($"{NameOf(type)}.{member}", "");

    /// <summary>An enum as code names it: a nested one with the type around it.</summary>
    public static string NameOf(Type type) => type.DeclaringType is { } outer ? $"{outer.Name}.{type.Name}" : type.Name;
}

/// <summary>A mutant as the specification cites it: the rule that it breaks is seen to fail under it, and without the laws that it needs nothing sees it.</summary>
public sealed record RecordedBug(string Id, string Title, string Breaks, IReadOnlyList<string> Needs)
{
    public override string ToString() => $"{Id} {Title}";
}

/// <summary>A check that throws <paramref name="Rule"/>, where the kernel has BUG() or a comment that forbids. Named by its member: lines move.</summary>
public sealed record BugCheck(Rule Rule, string Member, string File)
{
    public override string ToString() => $"{Member}, {File}";
}
