using System.Globalization;
using ZeroCopy.Drivers;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Shrink;

/// <summary>Finitely many lines, of which scripts can be made that may be smaller than one that was found.</summary>
/// <param name="Lines">The plainest first.</param>
/// <param name="Names">The names that they speak of.</param>
/// <param name="IsWide">Whether the lines that may do the same as the script's are among them.</param>
public sealed record Domain(IReadOnlyList<Line> Lines, IReadOnlyList<string> Names, bool IsWide = false)
{
    /// <summary>More lines than this are not gone through.</summary>
    private const int MostLines = 2000;

    /// <summary>Kinds of which there may be one more than the script has.</summary>
    private static readonly string[] OneMore = ["sk", "skb", "p"];

    /// <summary>A script of so many lines, or fewer, is compared with every plain line on one name more of each of these kinds.</summary>
    private const int MostLinesForMore = 5;

    /// <summary>The plain lines of a suite on the names of a script, and those that bind one name more.</summary>
    public static IReadOnlyList<Line> Plain(IReadOnlyList<Line> script, string suite, Roles roles)
    {
        string[] names = [.. script.SelectMany(line => line.Names).Distinct()];
        var more = WithMore(names).Except(names).ToHashSet();
        return [.. Of([.. roles.All.Where(IsPlayed(suite))], WithMore(names), Enumerable.Empty<long>().ToLookup(_ => ("", 0))).Lines.Where(line => line.Names.All(name => name == line.Birth || !more.Contains(name)))];
    }

    /// <summary>Domains around a script: its own lines on all names; then with each number that stands in such a place, and with each that stands anywhere; then plain lines that do the same; those with one more socket, skb and process; then every plain line of the suite, and for a short script those with one more too.</summary>
    public static IEnumerable<Domain> Around(IReadOnlyList<Line> script, string suite, Roles roles)
    {
        var none = Enumerable.Empty<long>().ToLookup(_ => ("", 0));
        var anywhere = script.SelectMany(line => line.Numbers.Select((_, i) => (line.Name, i))).Distinct().SelectMany(place => script.SelectMany(line => line.Numbers).Select(number => (Place: place, number.Value)).Distinct()).ToLookup(number => number.Place, number => number.Value);
        var values = script.SelectMany(line => line.Numbers.Select((number, i) => (Place: (line.Name, i), number.Value))).ToLookup(number => number.Place, number => number.Value);
        Line[] plain = [.. script, .. script.SelectMany(line => line.Plainer())];
        Line[] alike = [.. plain, .. roles.Of(script).Where(IsPlayed(suite))];
        var numbers = script.SelectMany(line => line.Numbers).Select(number => number.Value).Distinct().Order().ToList();
        var everywhere = alike.SelectMany(line => line.Numbers.Select((_, i) => (line.Name, i))).Distinct().SelectMany(place => numbers.Select(value => (Place: place, Value: value))).ToLookup(number => number.Place, number => number.Value);
        string[] names = [.. script.SelectMany(line => line.Names).Distinct()];
        var more = WithMore(names);
        var own = Of(script, names, none);
        Line[] all = [.. plain, .. roles.All.Where(IsPlayed(suite))];
        Domain[] wide = [Of(alike, names, values), Of(alike, names, everywhere), Of(alike, more, values), Of(all, names, values), .. script.Count <= MostLinesForMore ? [Of(all, more, values)] : Array.Empty<Domain>()];
        return wide.Select(domain => domain with { IsWide = true }).Prepend(Of(script, names, anywhere)).Prepend(Of(script, names, values)).Prepend(own)
            .Where(domain => domain == own || domain.Lines.Count <= MostLines)
            .GroupBy(domain => string.Join(' ', domain.Lines.Select(line => line.Id))).Select(same => same.First() with { IsWide = same.Any(domain => domain.IsWide) });
    }

    /// <summary>Whether all lines of another are among these: then it takes no less to go through them.</summary>
    public bool Includes(Domain other) => other.Lines.Count <= Lines.Count && !other.Lines.Except(Lines).Any();

    /// <summary>In words: what was gone through.</summary>
    public override string ToString()
    {
        var operations = Lines.GroupBy(line => line.Name).Select(lines => lines.Count() == 1 ? lines.Key : string.Create(CultureInfo.InvariantCulture, $"{lines.Key} ({lines.Count()} spellings)"));
        return string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", operations)}; names {string.Join(", ", Names)}");
    }

    private static string[] WithMore(string[] names) =>
        [.. names, .. OneMore.Where(kind => names.Any(name => Vocabulary.KindOf(name) == kind)).Select(kind => Vocabulary.Free(kind, names))];

    private static Func<Line, bool> IsPlayed(string suite)
    {
        var (played, drivers) = (Suites.Find(suite)?.Mix.Select(draw => draw.Name).ToHashSet(), Suites.Find(suite)?.Drivers);
        return line => line.Operation is RegisterNetdev register ? drivers?.Contains(register.Kind) ?? true : played?.Contains(line.Name) ?? true;
    }

    private static Domain Of(IReadOnlyList<Line> templates, IReadOnlyList<string> own, ILookup<(string Operation, int Place), long> values)
    {
        // One object of a kind that the script has not.
        string[] names = [.. own, .. templates.SelectMany(line => line.Names).Select(Vocabulary.KindOf).Distinct().Where(kind => !own.Any(name => Vocabulary.KindOf(name) == kind)).Select(kind => kind + "0")];
        var lines = templates.Distinct().SelectMany(template => template.OnNames(names, names)).Distinct()
            .SelectMany(line => Numbered(line, 0, i => values[(line.Name, i)])).Distinct().Take(MostLines + 1);
        return new Domain([.. lines.OrderBy(line => Roles.Rank(line.Name)).ThenBy(line => Roles.Spelling(line.Text)).ThenBy(line => line.Text, StringComparer.Ordinal)], [.. names.Order(StringComparer.Ordinal)]);
    }

    private static IEnumerable<Line> Numbered(Line line, int place, Func<int, IEnumerable<long>> values)
    {
        if (place == line.Numbers.Count)
        {
            return [line];
        }

        var (at, length, own) = line.Numbers[place];
        return values(place).Append(own).Distinct().Select(value => value == own ? line : line.WithNumber(at, length, value)).OfType<Line>()
            .SelectMany(changed => changed.Numbers.Count == line.Numbers.Count ? Numbered(changed, place + 1, values) : []);
    }
}
