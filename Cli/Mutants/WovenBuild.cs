using ZeroCopy.Model;

namespace ZeroCopy.Cli.Mutants;

/// <summary>All recorded bugs in one copy of the libraries: one compilation, and code that stays warm from one bug to the next. For one thread.</summary>
internal sealed class WovenBuild
{
    private readonly Weave _weave;
    private readonly MutantBuild _build;

    public WovenBuild(IReadOnlyList<MutantFile> mutants)
        : this(new Weave(mutants), null, mutants)
    {
    }

    private WovenBuild(Weave weave, MutantBuild? build, IReadOnlyList<MutantFile> mutants)
    {
        (_weave, Mutants) = (weave, mutants);
        _build = build ?? MutantBuild.Of("woven", weave.Files);

        // What is made once must be made where no bug is chosen.
        foreach (var mutant in mutants)
        {
            Violated(mutant.Witness);
        }
    }

    /// <summary>Those that it was made for.</summary>
    public IReadOnlyList<MutantFile> Mutants { get; }

    /// <summary>Another copy, for another thread.</summary>
    public WovenBuild Again() => new(_weave, _build.Again(), Mutants);

    /// <summary>The libraries with one bug, until the next is asked for. One that cannot be woven is compiled alone.</summary>
    public MutantBuild With(MutantFile mutant)
    {
        if (_weave.NumberOf(mutant.Id) is var number and > 0)
        {
            Choose(number);
            return _build;
        }

        return MutantBuild.Of(mutant);
    }

    /// <summary>Rules that a script violates with no bug chosen.</summary>
    public string Violated(string script)
    {
        Choose(0);
        return _build.Violated(script);
    }

    private void Choose(int number) => _build.Call<object?>("ZeroCopy.Model", typeof(WovenMutant).FullName!, $"set_{nameof(WovenMutant.Chosen)}", number);
}
