namespace ZeroCopy.Specs;

/// <summary>What a group of rules is about.</summary>
/// <param name="Prefix">What the ids of its rules begin with.</param>
/// <param name="Name">The subject in words.</param>
public sealed record Subject(string Prefix, string Name)
{
    /// <summary>Every subject, in the order in which one meets them on the way from a buffer to the wire.</summary>
    public static IReadOnlyList<Subject> All { get; } =
    [
        new("SKB", "Socket buffers"),
        new("SUM", "Checksums"),
        new("PIN", "Pages and pins"),
        new("NET", "Features, queueing and sockets"),
        new("DMA", "Mappings and device access"),
        new("ACE", "The AceNIC transmit ring"),
        new("HME", "The Sun HME transmit ring"),
        new("COW", "Fork and copy-on-write"),
        new("EQV", "Equality of the paths"),
    ];

    /// <summary>Whether the rule is about it.</summary>
    public bool Has(Rule rule) => rule.Id.StartsWith(Prefix + "-", StringComparison.Ordinal);
}
