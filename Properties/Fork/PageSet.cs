using System.Globalization;

namespace ZeroCopy.Properties.Fork;

/// <summary>Pages of a process, by number, as ranges spell them: <c>0-39,44</c>, or <c>none</c>.</summary>
public sealed class PageSet
{
    /// <summary>How no page is spelled.</summary>
    public const string NoPage = "none";

    private readonly int[] _pages;

    private PageSet(IEnumerable<int> pages) => _pages = [.. pages.Distinct().Order()];

    /// <summary>In ascending order, each once.</summary>
    public IReadOnlyList<int> Pages => _pages;

    public int Count => _pages.Length;

    /// <summary>These pages.</summary>
    public static PageSet Of(params IEnumerable<int> pages) => new(pages);

    /// <summary>The first so many pages.</summary>
    public static PageSet First(int count) => new(Enumerable.Range(0, count));

    /// <summary>Reads ranges of the pages of a process that has so many.</summary>
    /// <returns>What is wrong, with the range that is; null for nothing.</returns>
    public static string? Refuse(string text, int pages, out PageSet set)
    {
        set = Of();
        if (text == NoPage)
        {
            return null;
        }

        var found = new List<int>();
        foreach (var range in text.Split(','))
        {
            var ends = range.Split('-');
            if (ends.Length > 2 || !TryPage(ends[0], out var first) || !TryPage(ends[^1], out var last))
            {
                return $"'{range}' is neither a page nor a range of pages such as 0-39; no page is '{NoPage}'";
            }

            if (last < first)
            {
                return $"'{range}' ends before it begins";
            }

            if (last >= pages)
            {
                return $"'{range}' is out of range: pages are 0 to {pages - 1}";
            }

            found.AddRange(Enumerable.Range(first, last - first + 1));
        }

        set = Of(found);
        return null;
    }

    /// <summary>The pages of either.</summary>
    public PageSet Union(PageSet other) => new(_pages.Concat(other._pages));

    public override string ToString()
    {
        var ranges = new List<string>();
        for (var from = 0; from < _pages.Length;)
        {
            var to = from;
            while (to + 1 < _pages.Length && _pages[to + 1] == _pages[to] + 1)
            {
                to++;
            }

            ranges.Add(from == to ? $"{_pages[from]}" : $"{_pages[from]}-{_pages[to]}");
            from = to + 1;
        }

        return ranges.Count == 0 ? NoPage : string.Join(',', ranges);
    }

    private static bool TryPage(string text, out int page) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out page);
}
