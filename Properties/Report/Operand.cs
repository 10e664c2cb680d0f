using System.Reflection;
using System.Text.RegularExpressions;
using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Properties.Report;

/// <summary>A number or a word of an operation that might be another.</summary>
internal sealed class Operand
{
    // Words of which each may stand for any other of its row, where the operation takes it.
    private static readonly string[][] Rows =
    [
        ["dma", "low", "high", "above4g"],
        [.. DriverKind.All.Select(kind => kind.Word)],
        ["none", "r", "rw"],
        ["private", "shared", "shared_rdonly"],
        ["none", "hw", "unnecessary"],
        ["good", "bad"],
        ["READ", "WRITE"],
        ["CLONE_VM", "CLONE_VFORK"],
        ["cpu0", "cpu1", "nic", "tick"],
        ["-sg", "-csum", "-highdma", "-fraglist"],
    ];

    // Not generated: mutants are compiled without source generators.
    private static readonly Regex Word = new(@"(?<=[(=, ])-?[A-Za-z_][\w]*(?=[,)])");
    private static readonly Regex Key = new(@"(\w+)=$");

    private readonly Line _line;
    private readonly Func<string, Line?> _with;

    private Operand(Line line, int at, string value, bool isNumber, Func<string, Line?> with)
    {
        (_line, Value, IsNumber, _with) = (line, value, isNumber, with);
        Name = Key.Match(line.Text[..at]) is { Success: true } key ? key.Groups[1].Value.Replace('_', ' ') : "";
    }

    /// <summary>What it is in the script.</summary>
    public string Value { get; }

    public bool IsNumber { get; }

    /// <summary>What it is called: by its key, or by the property of the operation that changes with it.</summary>
    public string Name { get; private set; }

    /// <summary>Words that it may be instead; none for a number.</summary>
    public IReadOnlyList<string> Others { get; private init; } = [];

    /// <summary>The line with another value; null where that is not an operation, or the same one.</summary>
    public Line? With(string value)
    {
        var line = _with(value);
        if (line is null || line == _line)
        {
            return null;
        }

        if (Name.Length == 0)
        {
            Name = Difference(_line.Operation, line.Operation);
        }

        return line;
    }

    /// <summary>Those of a line, from left to right.</summary>
    public static IEnumerable<Operand> Of(Line line)
    {
        var numbers = line.Numbers.Select(number => (number.At, Operand: new Operand(line, number.At, line.Text.Substring(number.At, number.Length), true,
            value => line.WithNumber(number.At, number.Length, long.Parse(value, System.Globalization.CultureInfo.InvariantCulture)))));
        var words = Word.Matches(line.Text)
            .Select(match => (At: match.Index, Others: Rows.Where(row => row.Contains(match.Value)).SelectMany(row => row).Where(word => word != match.Value).Distinct().ToList(), match.Value))
            .Where(word => word.Others.Count > 0)
            .Select(word => (word.At, Operand: new Operand(line, word.At, word.Value, false,
                value => line.WithWord(word.At, word.Value.Length, value)) { Others = word.Others }));
        return numbers.Concat(words).OrderBy(operand => operand.At).Select(operand => operand.Operand);
    }

    /// <summary>The property in which two operations of one kind differ, in small words.</summary>
    private static string Difference(Operation one, Operation other)
    {
        var name = one.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .FirstOrDefault(property => property.GetIndexParameters().Length == 0 && !Equals(property.GetValue(one), property.GetValue(other)))?.Name ?? "operand";
        return Regex.Replace(name, "(?<=[a-z])[A-Z]", match => $" {match.Value}").ToLowerInvariant();
    }
}
