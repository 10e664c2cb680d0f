using ZeroCopy.Model;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties;

namespace ZeroCopy.Tests.Pages;

/// <summary>Processes and pins in a state that a few operations made, every law holding after each of them.</summary>
internal sealed class PagesIn
{
    private readonly Checker _checker;

    private PagesIn(Kernel kernel, string[] lines)
    {
        _checker = new Checker(new Profile(Size.Tiny, kernel));
        foreach (var line in lines)
        {
            Assert.True(Do(line).Succeeded, line);
        }
    }

    public World World => _checker.World;

    /// <summary>A process with two anonymous pages, and what the lines add.</summary>
    public static PagesIn Anonymous(params string[] lines) => new(Kernel.Linux244, ["p0 = mm_alloc(low)", "mmap(p0, 0, 2, rw, private)", .. lines]);

    /// <summary>The same under linux 6.</summary>
    public static PagesIn Linux6(params string[] lines) => new(Kernel.Linux6, ["p0 = mm_alloc(low)", "mmap(p0, 0, 2, rw, private)", .. lines]);

    /// <summary>A file of a page and one byte, 1, 2, 3, ..., mapped from page 0 on.</summary>
    public static PagesIn File(string map, params string[] lines) =>
        new(Kernel.Linux244, ["file0 = open(low, 0102030405060708090a0b0c0d0e0f1011)", "p0 = mm_alloc(high)", $"mmap(p0, 0, 2, {map}, file0, 0)", .. lines]);

    public Observation Do(string line)
    {
        Assert.True(_checker.Apply(Script.ParseOperation(line, 1, Language.All)), $"{line} is not enabled");
        Assert.Empty(_checker.Violations);
        return World.Seen;
    }

    /// <summary>Whether an operation makes sense here.</summary>
    public bool Enabled(string line) => Script.ParseOperation(line, 1, Language.All).Enabled(_checker.Copying.Names);

    public Refusal Refusal(string line) => Do(line).Refusal;

    /// <summary>What a load of one byte gives.</summary>
    public int Byte(int address) => Do($"load(p0, {address}, 1)").Read[0];

    public Pte Pte(int n) => World.Mm(new MmId(0)).Ptes[n];

    public Pin Kio(int n = 0) => World.Pin(new PinId(false, n));
}
