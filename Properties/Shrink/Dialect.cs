using ZeroCopy.Model;
using ZeroCopy.Properties.Explore;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Properties.Shrink;

/// <summary>What the minimiser has to know of a language of scripts, and of who judges them.</summary>
/// <param name="Language">Every kind of operation.</param>
/// <param name="Vocabulary">Lines of which one may do what two did.</param>
/// <param name="Roles">Plain lines by what they do in a script.</param>
/// <param name="Judge">Makes a judge.</param>
/// <param name="Explored">Makes a system whose events are the given lines, judged too.</param>
public sealed record Dialect(
    IReadOnlyList<Spelling> Language,
    IReadOnlyList<string> Vocabulary,
    IReadOnlyList<IReadOnlyList<string>> Roles,
    Func<IJudge> Judge,
    Func<IReadOnlyList<Operation>, IExplored> Explored)
{
    /// <summary>The lines that were met so far, the plain ones among them: one for all that is done with one script.</summary>
    internal Lexicon Lexicon => field ??= new Lexicon(Language);

    internal Roles PlainLines => field ??= new Roles(Lexicon, Roles);

    /// <summary>The language of this specification, judged by laws.</summary>
    /// <param name="header">Of the scripts: suite, size, kernel.</param>
    /// <param name="laws">What is evaluated.</param>
    public static Dialect Of(ScriptHeader header, IReadOnlyList<Law> laws)
    {
        Law[] always = [.. laws.Where(law => law.IsAlways)];
        return new Dialect(
            Properties.Language.All,
            Shrink.Vocabulary.Rows,
            Shrink.Roles.Rows,
            () => new Checker(header.Profile, laws),
            lines => new WorldExplored(new ExploreMix(header.Suite, lines.Count, [("empty", [])], lines, static (_, _) => true), header.Profile, always));
    }
}
