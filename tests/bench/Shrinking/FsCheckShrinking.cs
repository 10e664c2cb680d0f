using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Bench.Shrinking;

/// <summary>A line, for FsCheck: it shrinks where a number in it does.</summary>
internal sealed record Word(string Text);

/// <summary>FsCheck's own shrinking on a failing script: its shrinker of arrays, and its shrinker of numbers on every number of a line.</summary>
internal static class FsCheckShrinking
{
    private static readonly Func<int, IEnumerable<int>> Lower = ArbMap.Default.ArbFor<int>().Shrinker;

    /// <summary>Shrinks until FsCheck knows nothing smaller.</summary>
    /// <param name="script">Its last line breaks the rule.</param>
    /// <param name="fails">Of lines: those that are enabled, where the last of them breaks the rule; else null.</param>
    /// <param name="lexicon">Of the language.</param>
    public static Outcome Run(string[] script, Func<string[], string[]?> fails, Lexicon lexicon)
    {
        var (evaluations, smallest) = (0, script);
        var words = ArbMap.Default.MergeArb(Arb.From(Gen.Constant(new Word("")), word => Smaller(word, lexicon))).ArbFor<Word[]>();
        var scripts = Arb.From(Gen.Constant(script.Select(text => new Word(text)).ToArray()), words.Shrinker);
        Check.One(Config.Quick.WithMaxTest(1).WithRunner(new Quiet()), Prop.ForAll(scripts, lines =>
        {
            evaluations++;
            if (fails([.. lines.Select(line => line.Text)]) is not { } applied)
            {
                return true;
            }

            smallest = applied;
            return false;
        }));
        return new Outcome(smallest, evaluations);
    }

    private static IEnumerable<Word> Smaller(Word word, Lexicon lexicon)
    {
        var line = lexicon.Parse(word.Text)!;
        return line.Numbers.Where(number => number.Value <= int.MaxValue)
            .SelectMany(number => Lower((int)number.Value).Where(lower => lower >= 0).Select(lower => line.WithWord(number.At, number.Length, lower.ToString(CultureInfo.InvariantCulture))))
            .OfType<Line>().Where(smaller => smaller != line).Select(smaller => new Word(smaller.Text));
    }

    private sealed class Quiet : IRunner
    {
        public void OnStartFixture(Type t)
        {
        }

        public void OnArguments(int ntest, Microsoft.FSharp.Collections.FSharpList<object> args, Microsoft.FSharp.Core.FSharpFunc<int, Microsoft.FSharp.Core.FSharpFunc<Microsoft.FSharp.Collections.FSharpList<object>, string>> every)
        {
        }

        public void OnShrink(Microsoft.FSharp.Collections.FSharpList<object> args, Microsoft.FSharp.Core.FSharpFunc<Microsoft.FSharp.Collections.FSharpList<object>, string> everyShrink)
        {
        }

        public void OnFinished(string name, TestResult testResult)
        {
        }
    }
}
