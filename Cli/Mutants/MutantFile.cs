using System.Globalization;
using System.Text;

namespace ZeroCopy.Cli.Mutants;

/// <summary>A recorded bug: the rule that it breaks, where it was seen, a patch and a witness. Written as a text that reads like a bug report.</summary>
/// <param name="Id">The museum's id, or one of ours.</param>
/// <param name="Title">What was done wrong, in a few words.</param>
/// <param name="Breaks">Id of the rule that it breaks.</param>
/// <param name="Also">Ids of rules that it breaks too, on other ways: at a first failing step one of all of them is violated.</param>
/// <param name="Needs">Laws, as in <c>SKB-001/GeometryHolds</c>, without which nothing sees it.</param>
/// <param name="Recorded">Where the bug, or the rule against it, was recorded.</param>
/// <param name="Patches">Exact texts, each unique in its file, and what stands there instead.</param>
/// <param name="Witness">A script that holds on the model and fails on the mutant.</param>
public sealed record MutantFile(
    string Id, string Title, string Breaks, IReadOnlyList<string> Also, IReadOnlyList<string> Needs, string Recorded, IReadOnlyList<(string File, string Find, string Replace)> Patches, string Witness)
{
    public override string ToString() => $"{Id} {Title}";

    /// <summary>The set of the release's own defects.</summary>
    public const string AsShipped = "linux-2.4.4-as-shipped";

    /// <summary>Every set: the release's own defects, and those that lie in its two drivers.</summary>
    public static readonly IReadOnlyList<string> Sets = [AsShipped, "acenic-2.4.4", "hme-2.4.4"];

    /// <summary>Whether it is recorded as one of a set.</summary>
    public bool IsIn(string set) => Recorded.Contains(set, StringComparison.Ordinal);

    /// <summary>Its witness is a schedule: it is searched for in all schedules within the bounds, not at random.</summary>
    public bool IsOfSchedule => Witness.Contains("interleave(", StringComparison.Ordinal);

    /// <summary>The memory model in which it is searched for.</summary>
    public string MemoryModel => Witness.Split('\n')[0].Contains("memory-model=rmo", StringComparison.Ordinal) ? "rmo" : "tso";

    /// <summary>The letters of its id: the part of the museum that it stands in.</summary>
    public string Family => Id.TrimEnd("0123456789abcdefghijklmnopqrstuvwxyz".ToCharArray());

    /// <summary>The number in its id.</summary>
    public int Number => int.Parse(string.Concat(Id[Family.Length..].TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);

    /// <summary>The suite that fits: the one of its witness.</summary>
    public string Suite => Witness.Split('\n')[0].Split(' ').Single(word => word.StartsWith("suite=", StringComparison.Ordinal))["suite=".Length..];

    /// <summary>Reads a mutant; what is wrong with it names file and line.</summary>
    public static MutantFile Parse(string path, string text)
    {
        var fields = new Dictionary<string, string>();
        var patches = new List<(string File, string Find, string Replace)>();
        var witness = new StringBuilder();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        string? file = null, find = null;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (fields.ContainsKey("witness"))
            {
                witness.Append(line.Trim()).Append(line.Length == 0 ? "" : "\n");
                continue;
            }

            if (line.Length == 0)
            {
                continue;
            }

            var key = line.Split(' ')[0];
            var value = line.Length > 9 ? line[9..] : "";
            switch (key)
            {
                case "mutant" or "title" or "recorded":
                    fields.Add(key, value.Trim());
                    break;
                case "also" or "breaks" or "needs":
                    fields.Add(key, value.Split('#')[0].Trim());
                    break;
                case "file":
                    file = value.Trim();
                    break;
                case "find":
                    find = value;
                    break;
                case "replace":
                    patches.Add((file ?? throw Wrong("replace without file"), find ?? throw Wrong("replace without find"), value));
                    find = null;
                    break;
                case "witness":
                    fields.Add(key, "");
                    break;
                default:
                    throw Wrong($"'{key}' is not known");
            }

            FormatException Wrong(string what) => new($"{path}:{i + 1}: {what}");
        }

        string[] Words(string key) => fields.TryGetValue(key, out var words) ? words.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        string Field(string key) => fields.TryGetValue(key, out var value) ? value : throw new FormatException($"{path}: lacks '{key}'");
        return new MutantFile(Field("mutant"), Field("title"), Field("breaks"), Words("also"), Words("needs"), Field("recorded"), patches, witness.ToString());
    }
}
