using System.Globalization;
using System.Text.RegularExpressions;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Shrink;

/// <summary>An operation in its spelling, to be changed word by word: the minimiser knows the language of scripts and no single operation, but for the bytes of a file.</summary>
public sealed record Line
{
    // Not generated: mutants are compiled without source generators.
    private static readonly Regex NameWord = new(@"\b(?:skb|page|file|sk|eth)\d+\b");
    private static readonly Regex NumberWord = new(@"(?<![\w])\d+(?![\w])");
    private static readonly Regex Option = new(@", \w+=[^,)]+");
    private static readonly Regex Zone = new(@"(?<=\()(?:dma|low|high|above4g)(?=[,)])");

    private Line(Operation operation, string text) => (Operation, Text) = (operation, text);

    public Operation Operation { get; }

    public string Text { get; }

    /// <summary>The name that it binds; null for none.</summary>
    public string? Birth => Text.IndexOf(" = ", StringComparison.Ordinal) is var at and > 0 ? Text[..at] : null;

    /// <summary>Places of the decimal operands.</summary>
    public IReadOnlyList<(int At, int Length, long Value)> Numbers => Operation is OpenFile
        ? []
        : [.. NumberWord.Matches(Text).Select(match => (match.Index, match.Length, long.Parse(match.Value, CultureInfo.InvariantCulture)))];

    /// <summary>Names in the order in which they stand.</summary>
    public IEnumerable<string> Names => NameWord.Matches(Text).Select(match => match.Value);

    public static Line Of(Operation operation) => new(operation, operation.ToString());

    /// <summary>The line with another number at a place; null where that is not an operation.</summary>
    public Line? WithNumber(int at, int length, long value) =>
        Parse(string.Concat(Text.AsSpan(0, at), value.ToString(CultureInfo.InvariantCulture), Text.AsSpan(at + length)));

    /// <summary>The line with other names.</summary>
    public Line? Rename(Func<string, string> name) => Parse(NameWord.Replace(Text, match => name(match.Value)));

    /// <summary>The line with each option left out, and each zone nearer to low memory.</summary>
    public IEnumerable<Line> Plainer()
    {
        foreach (Match option in Option.Matches(Text))
        {
            if (Parse(Text.Remove(option.Index, option.Length)) is { } without && without.Text.Length < Text.Length)
            {
                yield return without;
            }
        }

        foreach (var zone in (string[])["low", "high", "dma"])
        {
            if (Zone.Match(Text) is { Success: true } found && found.Value != zone
                && Parse(string.Concat(Text.AsSpan(0, found.Index), zone, Text.AsSpan(found.Index + found.Length))) is { } nearer)
            {
                yield return nearer;
            }

            if (Text.Contains($"({zone}", StringComparison.Ordinal))
            {
                yield break;
            }
        }
    }

    /// <summary>A file of other bytes.</summary>
    public Line WithContent(byte[] bytes) => Of((OpenFile)Operation with { Content = new LiteralContent(bytes) });

    /// <summary>A send that stays within a file which has become shorter.</summary>
    public Line Within(FileId file, int length) => Operation switch
    {
        Sendfile send when send.File == file => Of(send with { Offset = Math.Min(send.Offset, length), Count = Math.Min(send.Count, length - Math.Min(send.Offset, length)) }),
        TcpSendmsg send when send.File == file => Of(send with { Offset = Math.Min(send.Offset, length), Count = Math.Min(send.Count, length - Math.Min(send.Offset, length)) }),
        UdpSendmsg send when send.File == file => Of(send with { Offset = Math.Min(send.Offset, length), Count = (int)Math.Min(send.Count, length - Math.Min(send.Offset, length)) }),
        _ => this,
    };

    public bool Equals(Line? other) => other is not null && other.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    private static Line? Parse(string text)
    {
        try
        {
            return Of(Script.ParseOperation(text, 0, Language.All));
        }
        catch (ScriptException)
        {
            // A number that is out of its range makes no operation: there is no such candidate.
            return null;
        }
    }
}
