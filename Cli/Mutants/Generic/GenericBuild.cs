using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Cli.Mutants.Generic;

/// <summary>A sample of mutants in one copy of the libraries. For one thread.</summary>
internal sealed class GenericBuild
{
    /// <summary>Where a mistake in a folder is found soonest.</summary>
    private static readonly (string Folder, string[] Runs)[] Soonest =
    [
        ("Model/Checksum/", ["checksum", "skb"]),
        ("Model/Fork/", ["fork"]),
        ("Model/Pages/", ["pages", "fork"]),
        ("Model/Skb/", ["skb", "transmit"]),
        ("Model/Smp/", ["acenic", "hme", "acenic/rmo", "hme/rmo"]),
        ("Drivers/AceNic/", ["acenic", "acenic/rmo"]),
        ("Drivers/Hme/", ["hme", "hme/rmo"]),
        ("", ["system", "transmit"]),
    ];

    private static readonly string All = string.Join(' ', FixedRun.All);

    private readonly ulong _seed;
    private readonly long _cases;
    private readonly Weave _weave;
    private readonly MutantBuild _build;

    /// <summary>For each run the woven bodies that it enters.</summary>
    private readonly Dictionary<string, bool[]> _entered;

    /// <summary>Bodies that are run where something is made once, and never again.</summary>
    private readonly bool[] _once;

    /// <summary>Weaves a sample.</summary>
    /// <param name="mutants">The sample.</param>
    /// <param name="seed">Of the run that judges.</param>
    /// <param name="cases">Sequences of each suite.</param>
    public GenericBuild(IReadOnlyList<GenericMutant> mutants, ulong seed, long cases)
    {
        (_seed, _cases) = (seed, cases);
        _weave = new Weave(mutants.Where(mutant => !mutant.StandsAlone).Select(mutant => (mutant.Id, mutant.Files)), isWatched: true);
        _build = MutantBuild.Of("the sample", _weave.Files);
        var first = FixedRun.All.ToDictionary(run => run, Entered);
        _entered = FixedRun.All.ToDictionary(run => run, Entered);
        _once = [.. Enumerable.Range(0, _weave.BodyCount).Select(body => first.Values.Any(entered => entered[body]) && !_entered.Values.Any(entered => entered[body]))];
    }

    private GenericBuild(GenericBuild other)
    {
        (_seed, _cases, _weave, _entered, _once) = (other._seed, other._cases, other._weave, other._entered, other._once);
        _build = other._build.Again();

        // What is made once must be made where no mistake is chosen.
        Choose(_build, 0);
        Held(Judge(_build, All, SuiteRun.BlockCases));
    }

    /// <summary>Another copy, for another thread.</summary>
    public GenericBuild Again() => new(this);

    /// <summary>Runs the suites, those that may find it soonest first, until one does; a run that never enters the body is left out: it would do what it does on the model.</summary>
    public GenericResult Judge(GenericMutant mutant)
    {
        var order = OrderFor(mutant.Site.File);
        var bodies = _weave.BodiesOf(mutant.Id).ToList();
        if (bodies.Count == 0 || bodies.Exists(body => _once[body]))
        {
            var alone = MutantBuild.Of($"{mutant}", mutant.Files);
            return GenericResult.Of(mutant, Judge(alone, string.Join(' ', order), _cases), !mutant.IsMarked || HasMet(alone));
        }

        var reached = order.Where(run => bodies.Exists(body => _entered[run][body])).ToList();
        if (reached.Count == 0)
        {
            return new GenericResult(mutant, MutantFate.NotCovered, []);
        }

        Choose(_build, _weave.NumberOf(mutant.Id));
        return GenericResult.Of(mutant, Judge(_build, string.Join(' ', reached), _cases), !mutant.IsMarked || HasMet(_build));
    }

    /// <summary>Every run, in the order in which they are asked about a file.</summary>
    public static IReadOnlyList<string> OrderFor(string file) =>
        [.. Soonest.First(soonest => file.StartsWith(soonest.Folder, StringComparison.Ordinal)).Runs.Concat(FixedRun.All).Distinct()];

    private bool[] Entered(string run)
    {
        Choose(_build, 0);
        var entered = _build.Call<bool[]>("ZeroCopy.Model", typeof(WovenMutant).FullName!, nameof(WovenMutant.Watch), _weave.BodyCount);
        Held(Judge(_build, run, _cases));
        _build.Call<bool[]>("ZeroCopy.Model", typeof(WovenMutant).FullName!, nameof(WovenMutant.Watch), 0);
        return entered;
    }

    private string Judge(MutantBuild build, string suites, long cases) =>
        build.Call<string>("ZeroCopy.Properties", typeof(FixedRun).FullName!, nameof(FixedRun.Judge), suites, _seed, cases);

    private static void Held(string outcome)
    {
        if (outcome != FixedRun.Held)
        {
            throw new ModelException($"the model without a mistake does not hold: {outcome}");
        }
    }

    private static bool HasMet(MutantBuild build) => build.Call<bool>("ZeroCopy.Model", typeof(WovenMutant).FullName!, $"get_{nameof(WovenMutant.Met)}");

    private static void Choose(MutantBuild build, int number)
    {
        build.Call<object?>("ZeroCopy.Model", typeof(WovenMutant).FullName!, $"set_{nameof(WovenMutant.Chosen)}", number);
        build.Call<object?>("ZeroCopy.Model", typeof(WovenMutant).FullName!, $"set_{nameof(WovenMutant.Met)}", false);
    }
}
