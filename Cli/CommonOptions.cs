using System.CommandLine;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Model;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Cli;

/// <summary>Options that run and explore share, with the same meaning.</summary>
internal sealed class CommonOptions(bool isSeeded)
{
    private readonly Option<string?> _seed = new("--seed") { Description = "64 bits, decimal or 0x (default 1)" };
    private readonly Option<string?> _jobs = new("--jobs") { Description = "threads (default: cores); results do not depend on it" };
    private readonly Option<string?> _size = new("--size") { Description = "tiny (default) or real" };
    private readonly Option<string?> _kernel = new("--kernel") { Description = "linux244 (default) or linux6" };
    private readonly Option<string?> _memoryModel = new("--memory-model") { Description = "tso (default) or rmo" };
    private readonly Option<string?> _mutant = new("--mutant") { Description = "run with this recorded bug compiled in" };

    public Option<bool> Json { get; } = Verb.JsonOption();

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[.. isSeeded ? [_seed] : (Option[])[], _jobs, _size, _kernel, _memoryModel, _mutant, Json])
        {
            command.Options.Add(option);
        }
    }

    public ulong Seed(ParseResult parsed) => Verb.Seed(parsed.GetValue(_seed));

    public int Jobs(ParseResult parsed) => parsed.GetValue(_jobs) is { } text ? (int)Verb.Number(text, "--jobs", 1, 256) : Environment.ProcessorCount;

    public Profile Profile(ParseResult parsed)
    {
        var size = Word(parsed, _size, "tiny", "real") == 0 ? Size.Tiny : Size.Real;
        var kernel = Word(parsed, _kernel, "linux244", "linux6") == 0 ? Kernel.Linux244 : Kernel.Linux6;
        return new Profile(size, kernel, Word(parsed, _memoryModel, "tso", "rmo") == 0 ? MemoryModel.Tso : MemoryModel.Rmo);
    }

    /// <summary>The id of the mutant that was asked for, if there is one of the name.</summary>
    public string? Mutant(ParseResult parsed) => Mutant(parsed.GetValue(_mutant));

    /// <summary>The id of a mutant; null for no name, and an <see cref="InputException"/> for one that nobody has.</summary>
    public static string? Mutant(string? name) => name is null ? null
        : IdOf(name) ?? throw new InputException($"'{name}' is not a mutant; 'zcverify mutants --list' names them");

    /// <summary>The id of a mutant; null where nobody has the name.</summary>
    public static string? IdOf(string? name) => name is null ? null : Sources.Find(name)?.Id;

    private static int Word(ParseResult parsed, Option<string?> option, string first, string second)
    {
        var word = parsed.GetValue(option) ?? first;
        return word == first ? 0 : word == second ? 1 : throw new InputException($"{option.Name} '{word}' is not {first} or {second}");
    }
}
