namespace ZeroCopy.Specs;

/// <summary>On what a rule rests.</summary>
public enum Basis
{
    /// <summary>Linux 2.4.4 does so: read in its source.</summary>
    Source,

    /// <summary>Linux 2.4.4 meant to: what it ships differs, and the difference is a recorded defect.</summary>
    Intended,

    /// <summary>Kernel documentation, an RFC or a hardware manual asks for it.</summary>
    Contract,

    /// <summary>A later kernel brought it; 2.4.4 has not.</summary>
    Later,
}

/// <summary>One thing that must hold. Code refers to it by symbol, people by <paramref name="Id"/>; ids are never reused.</summary>
/// <param name="Id">Prefix of its subject and a number: <c>SKB-003</c>.</param>
/// <param name="Statement">The rule, in one sentence.</param>
/// <param name="Because">What goes wrong where it is broken.</param>
/// <param name="Source">Where it is written: kernel file and function, RFC section, manual.</param>
/// <param name="Basis">On what it rests.</param>
/// <param name="Withdrawn">Why it no longer holds; null while it does.</param>
public sealed record Rule(string Id, string Statement, string Because, string Source, Basis Basis, string? Withdrawn = null)
{
    /// <summary>Id and statement: the text that guards of machines carry as their description.</summary>
    public override string ToString() => $"{Id} {Statement}";
}
