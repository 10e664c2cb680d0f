using System.Globalization;

namespace ZeroCopy.Cli.Linux;

/// <summary>What the kernel lets this user do and see; "yes", or "no" and the errno.</summary>
/// <param name="Release">As uname says it.</param>
/// <param name="HasPfn">Numbers of page frames are shown, so that copies can be counted.</param>
/// <param name="Vmsplice">Plain references to pages.</param>
/// <param name="IoUring">Pins, by fixed buffers.</param>
/// <param name="Poke">Writing another's memory.</param>
/// <param name="Cpu">The one on which all run.</param>
/// <param name="HasSwap">Pages may be swapped out.</param>
internal sealed record CowProbe(string Release, bool HasPfn, string Vmsplice, string IoUring, string Poke, int Cpu, bool HasSwap)
{
    private const string Yes = "yes";

    public string Mode => Skipped.Count == 0 ? "full" : "degraded";

    /// <summary>What cannot be compared here, and why.</summary>
    public IReadOnlyList<string> Skipped =>
    [
        .. HasPfn ? [] : new[] { "copies are not counted: /proc/PID/pagemap shows no page frames (CAP_SYS_ADMIN)" },
        .. Refused("references to pages: vmsplice", Vmsplice),
        .. Refused("pinned pages: io_uring", IoUring),
        .. Refused("writing another's memory: /proc/PID/mem", Poke),
    ];

    public static CowProbe Parse(string answer)
    {
        var words = answer.Split(' ').Skip(1).Select(word => word.Split('=', 2)).Where(word => word.Length == 2).ToDictionary(word => word[0], word => word[1]);
        string Word(string name) => words.TryGetValue(name, out var value) ? value : throw new AdapterException($"the adapter answers '{answer}', which says nothing of {name}");
        return new CowProbe(
            Word("release"),
            Word("pfn") == Yes,
            Word("vmsplice"),
            Word("io_uring"),
            Word("poke"),
            int.Parse(Word("cpu"), CultureInfo.InvariantCulture),
            Word("swap") == Yes);
    }

    private static IEnumerable<string> Refused(string what, string word) => word == Yes ? [] : [$"{what} is refused with {word.Split(':')[^1]}"];
}
