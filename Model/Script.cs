using System.Text;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Model;

/// <summary>The first line of a script: <c>zcverify-script 1 size=tiny kernel=linux244 suite=skb</c>.</summary>
/// <param name="Profile">Sizes and rules.</param>
/// <param name="Suite">The suite whose laws apply.</param>
/// <param name="Mutant">The recorded bug that it was found on; null for none.</param>
/// <param name="Expect">The id of the rule that the script is expected to break; null where it is expected to hold.</param>
/// <param name="Without">Laws that are left out, by name or as in <c>SKB-001/GeometryHolds</c>, with commas between; null for none.</param>
public sealed record ScriptHeader(Profile Profile, string Suite, string? Mutant = null, string? Expect = null, string? Without = null)
{
    private const string Magic = "zcverify-script 1";

    public override string ToString()
    {
        var text = new StringBuilder(Magic)
            .Append(" size=").Append(Profile.Size == Size.Tiny ? "tiny" : "real")
            .Append(" kernel=").Append(Profile.Kernel == Kernel.Linux244 ? "linux244" : "linux6")
            .Append(" suite=").Append(Suite);
        if (Profile.MemoryModel == MemoryModel.Rmo)
        {
            text.Append(" memory-model=rmo");
        }

        if (Mutant is not null)
        {
            text.Append(" mutant=").Append(Mutant);
        }

        if (Expect is not null)
        {
            text.Append(" expect=").Append(Expect);
        }

        if (Without is not null)
        {
            text.Append(" without=").Append(Without);
        }

        return text.ToString();
    }

    /// <summary>Reads a first line; what does not parse is a <see cref="ScriptException"/>.</summary>
    public static ScriptHeader Parse(string text)
    {
        if (!text.StartsWith(Magic + " ", StringComparison.Ordinal))
        {
            throw new ScriptException(1, $"a script begins with '{Magic} size=tiny kernel=linux244 suite=...'");
        }

        Size? size = null;
        Kernel? kernel = null;
        var memoryModel = MemoryModel.Tso;
        string? suite = null, mutant = null, expect = null, without = null;
        foreach (var word in text[Magic.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = word.IndexOf('=') is var at and > 0 ? (word[..at], word[(at + 1)..]) : (word, "");
            switch (key, value)
            {
                case ("size", "tiny"): size = Size.Tiny; break;
                case ("size", "real"): size = Size.Real; break;
                case ("kernel", "linux244"): kernel = Kernel.Linux244; break;
                case ("kernel", "linux6"): kernel = Kernel.Linux6; break;
                case ("memory-model", "tso"): memoryModel = MemoryModel.Tso; break;
                case ("memory-model", "rmo"): memoryModel = MemoryModel.Rmo; break;
                case ("suite", not ""): suite = value; break;
                case ("mutant", not ""): mutant = value; break;
                case ("expect", not ""): expect = value; break;
                case ("without", not ""): without = value; break;
                default: throw new ScriptException(1, $"'{word}' is not known in a script's first line");
            }
        }

        return new ScriptHeader(
            new Profile(size ?? throw Lacks("size=tiny or size=real"), kernel ?? throw Lacks("kernel=linux244 or kernel=linux6"), memoryModel),
            suite ?? throw Lacks("suite=NAME"),
            mutant,
            expect,
            without);
    }

    private static ScriptException Lacks(string what) => new(1, $"the first line lacks {what}");
}

/// <summary>A run as text, to be read, kept and replayed: one operation a line, <c>#</c> begins a comment.</summary>
public sealed record Script(ScriptHeader Header, IReadOnlyList<Operation> Operations)
{
    /// <summary>Its operations; the steps of a schedule are counted apart.</summary>
    public int Length => Operations.Count(static operation => operation is not ScheduleStep);

    /// <summary>Reads a script; what does not parse is a <see cref="ScriptException"/>.</summary>
    /// <param name="text">The whole script.</param>
    /// <param name="language">Every kind of operation.</param>
    public static Script Parse(string text, IReadOnlyList<Spelling> language)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var header = ScriptHeader.Parse(lines[0].Trim());
        var operations = new List<Operation>();
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i].Split('#')[0].Trim();
            if (line.Length > 0)
            {
                operations.Add(ParseOperation(line, i + 1, language));
            }
        }

        return new Script(header, operations);
    }

    public override string ToString()
    {
        var text = new StringBuilder().Append(Header).Append('\n');
        foreach (var operation in Operations)
        {
            text.Append(operation).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Reads one line; what does not parse is a <see cref="ScriptException"/>.</summary>
    public static Operation ParseOperation(string line, int number, IReadOnlyList<Spelling> language)
    {
        var operands = Operands.Of(line, number);
        var spelling = language.FirstOrDefault(candidate => candidate.Name == operands.Operation)
            ?? throw operands.Error($"'{operands.Operation}' is not an operation");
        var operation = spelling.Parse(operands);
        operands.End(hasResult: operation.ToString().Contains(" = ", StringComparison.Ordinal));
        return operation;
    }
}
