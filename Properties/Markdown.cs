using System.Text;

namespace ZeroCopy.Properties;

/// <summary>Paragraphs, items and tables that read well before they are rendered, too: lines wrap, columns line up.</summary>
internal static class Markdown
{
    private const int Width = 120;

    /// <summary>A paragraph, and an empty line behind it.</summary>
    public static void Paragraph(StringBuilder text, string words)
    {
        Wrap(text, words, "", "");
        text.Append('\n');
    }

    /// <summary>One item of a list.</summary>
    public static void Item(StringBuilder text, string words) => Wrap(text, words, "- ", "  ");

    /// <summary>A table and an empty line behind it; nothing where there are no rows.</summary>
    public static void Table(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        string[][] cells = [head, .. rows.Select(row => row.Select(cell => Text(cell).Replace("|", "\\|", StringComparison.Ordinal)).ToArray())];
        if (cells.Length == 1)
        {
            return;
        }

        var widths = Enumerable.Range(0, head.Length).Select(column => cells.Max(row => row[column].Length)).ToArray();
        for (var i = 0; i < cells.Length; i++)
        {
            text.Append("| ").AppendJoin(" | ", cells[i].Select((cell, column) => cell.PadRight(widths[column]))).Append(" |\n");
            if (i == 0)
            {
                text.Append('|').AppendJoin('|', widths.Select(width => new string('-', width + 2))).Append("|\n");
            }
        }

        text.Append('\n');
    }

    /// <summary>Plain words: what Markdown would take for emphasis or a tag is escaped.</summary>
    public static string Text(string words)
    {
        var text = new StringBuilder();
        for (var i = 0; i < words.Length; i++)
        {
            text.Append(words[i] == '*' || (words[i] == '<' && i + 1 < words.Length && char.IsAsciiLetter(words[i + 1])) ? "\\" : "").Append(words[i]);
        }

        return text.ToString();
    }

    /// <summary>What GitHub makes of a heading, to link to it.</summary>
    public static string Anchor(string heading) =>
        string.Concat(heading.ToLowerInvariant().Where(each => char.IsAsciiLetterOrDigit(each) || each is ' ' or '-' or '_')).Replace(' ', '-');

    private static void Wrap(StringBuilder text, string words, string first, string rest)
    {
        text.Append(first);
        var column = first.Length;
        var opens = true;
        foreach (var word in words.Split(' '))
        {
            if (!opens && column + 1 + word.Length > Width && BeginsALine(word))
            {
                text.Append('\n').Append(rest);
                column = rest.Length;
                opens = true;
            }

            text.Append(opens ? "" : " ").Append(word);
            column += word.Length + (opens ? 0 : 1);
            opens = false;
        }

        text.Append('\n');
    }

    /// <summary>Whether a line may begin so: a dash, a sign or a number with a dot would make it a list, a heading or a quotation.</summary>
    private static bool BeginsALine(string word) =>
        char.IsAsciiLetter(word[0]) || (word.Length > 1 && word[0] is '`' or '*' or '(' or '[') || (char.IsAsciiDigit(word[0]) && word[^1] is not ('.' or ')'));
}
