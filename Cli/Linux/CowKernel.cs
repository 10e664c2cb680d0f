using System.Globalization;

namespace ZeroCopy.Cli.Linux;

/// <summary>kernel: PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE.</summary>
internal enum CowProt
{
    None,
    Read,
    ReadWrite,
}

/// <summary>kernel: MAP_PRIVATE, MAP_SHARED, and MAP_SHARED of a file that is open for reading only.</summary>
internal enum CowSharing
{
    Private,
    Shared,
    SharedReadOnly,
}

/// <summary>What a page table entry says of a page.</summary>
internal enum CowPresence
{
    None,
    Swapped,

    /// <summary>The page of zeroes, which all share.</summary>
    Zero,
    Present,
}

/// <summary>How a page is mapped. The number of its frame is 0 where the kernel hides it.</summary>
internal readonly record struct CowPage(CowPresence Presence, ulong Pfn);

/// <summary>A page of a mapping, with its permissions as /proc/PID/maps spells them.</summary>
internal readonly record struct CowMapped(int Page, string Permissions, CowPage State);

/// <summary>Refusal is an errno's or a signal's name; null where the kernel did as it was told.</summary>
internal readonly record struct CowAnswer(string? Refusal);

/// <summary>What an access came to: how far it came, and each page that it names before and after.</summary>
internal readonly record struct CowAccess(string? Refusal, int Done, byte[] Bytes, CowPage[] Before, CowPage[] After)
{
    /// <summary>Pages that lie in another frame than before. Where there was none, or that of zeroes, nothing is copied.</summary>
    public int Copies => Before.Zip(After).Count(page => page.First.Presence == CowPresence.Present && page.Second.Presence == CowPresence.Present && page.First.Pfn != page.Second.Pfn);
}

/// <summary>Commands of <see cref="LinuxCow"/>. Processes, pins and files have the numbers that the caller gives them; an address is counted from the first byte of page 0.</summary>
internal sealed class CowKernel(LinuxCow cow)
{
    public const int PageBytes = 4096;

    private const string Ok = "ok";

    private static readonly string[] Prots = ["none", "r", "rw"];
    private static readonly string[] Sharings = ["private", "shared", "shared_rdonly"];

    /// <summary>Ends all processes and releases all pins and files.</summary>
    public void Reset() => Done("reset");

    /// <summary>A process that has nothing mapped.</summary>
    public void Start(int process) => Done($"start {process}");

    public CowAnswer Mmap(int process, int page, int pages, CowProt prot, CowSharing sharing) =>
        Answer($"mmap {process} {page} {pages} {Prots[(int)prot]} {Sharings[(int)sharing]}");

    public CowAnswer Mmap(int process, int page, int pages, CowProt prot, CowSharing sharing, int file, int filePage) =>
        Answer($"mmap {process} {page} {pages} {Prots[(int)prot]} {Sharings[(int)sharing]} {file} {filePage}");

    public CowAnswer Munmap(int process, int page, int pages) => Answer($"munmap {process} {page} {pages}");

    public CowAnswer Mprotect(int process, int page, int pages, CowProt prot) => Answer($"mprotect {process} {page} {pages} {Prots[(int)prot]}");

    /// <summary>kernel: MADV_DONTNEED.</summary>
    public CowAnswer Dontneed(int process, int page, int pages) => Answer($"dontneed {process} {page} {pages}");

    /// <summary>The process writes the pattern of <see cref="Model.Pattern"/>.</summary>
    public CowAccess Store(int process, long address, int count, int seed) => Access($"store {process} {address} {count} {seed}", count);

    public CowAccess Load(int process, long address, int count) => Access($"load {process} {address} {count}", count);

    /// <summary>The pattern is written from outside, whatever the page's protection. kernel: FOLL_FORCE.</summary>
    public CowAccess Poke(int process, long address, int count, int seed) => Access($"poke {process} {address} {count} {seed}", count);

    public CowAnswer Fork(int parent, int child) => Answer($"fork {parent} {child}");

    /// <summary>The parent waits until the child has called exec or has ended.</summary>
    public CowAnswer Vfork(int parent, int child) => Answer($"vfork {parent} {child}");

    public CowAnswer Exec(int process) => Answer($"exec {process}");

    /// <summary>An exec of a file that is not there.</summary>
    public CowAnswer ExecMissing(int process) => Answer($"execfail {process}");

    /// <summary>When it returns, the process's memory is gone.</summary>
    public void Exit(int process) => Done($"exit {process}");

    /// <summary>References to pages, as a pipe holds them, for reading. kernel: vmsplice(), FOLL_GET.</summary>
    public CowAccess Get(int process, int pin, long address, int count) => Access($"pin {process} {pin} {address} {count} r get", count);

    /// <summary>Pins pages for writing, as a device's driver does. kernel: FOLL_PIN | FOLL_WRITE | FOLL_LONGTERM.</summary>
    public CowAccess Pin(int process, int pin, long address, int count) => Access($"pin {process} {pin} {address} {count} w pin", count);

    /// <summary>The bytes that a pin now leads to.</summary>
    public byte[] Peek(int pin) => Bytes($"peek {pin}");

    /// <summary>A device writes the pattern through a pin. References by <see cref="Get"/> are refused.</summary>
    public CowAnswer Dma(int pin, int seed) => Answer($"dma {pin} {seed}");

    public void Unpin(int pin) => Done($"unpin {pin}");

    /// <summary>A file that holds the pattern.</summary>
    public void File(int file, int length, int seed) => Done($"file {file} {length} {seed}");

    public void File(int file, ReadOnlySpan<byte> bytes) => Done($"filehex {file} {Convert.ToHexStringLower(bytes)}");

    /// <summary>What the file holds, fewer bytes at its end.</summary>
    public byte[] Pread(int file, long offset, int count) => Bytes($"pread {file} {offset} {count}");

    public CowAnswer Pwrite(int file, long offset, int count, int seed) => Answer($"pwrite {file} {offset} {count} {seed}");

    /// <summary>Every page that is mapped, in their order.</summary>
    public List<CowMapped> State(int process) =>
        [.. Words($"state {process}").Skip(1).Select(word => word.Split(':')).Select(word => new CowMapped(int.Parse(word[0], CultureInfo.InvariantCulture), word[1], Page(word[2])))];

    private static CowPage Page(string word) => word switch
    {
        "none" => new CowPage(CowPresence.None, 0),
        "swap" => new CowPage(CowPresence.Swapped, 0),
        "zero" => new CowPage(CowPresence.Zero, 0),
        _ => new CowPage(CowPresence.Present, ulong.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
    };

    private static string Value(string[] words, string name) =>
        words.FirstOrDefault(word => word.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..]
        ?? throw new AdapterException($"the adapter answers '{string.Join(' ', words)}', which says nothing of {name}");

    private static CowPage[] Pages(string[] words, string name) => [.. Value(words, name).Split(',').Select(Page)];

    private static string? Refusal(string[] words) => words[0] == Ok ? null : words[1];

    private CowAnswer Answer(string line) => new(Refusal(Words(line)));

    private CowAccess Access(string line, int count)
    {
        var words = Words(line);
        var refusal = Refusal(words);
        // What cannot be tried at all names no pages.
        return words.Length == 2 && refusal is not null
            ? new CowAccess(refusal, 0, [], [], [])
            : new CowAccess(
                refusal,
                refusal is null ? count : int.Parse(Value(words, "done"), CultureInfo.InvariantCulture),
                words.Any(word => word.StartsWith("bytes=", StringComparison.Ordinal)) ? Convert.FromHexString(Value(words, "bytes")) : [],
                Pages(words, "before"),
                Pages(words, "after"));
    }

    private byte[] Bytes(string line) => Convert.FromHexString(Value(Must(line), "bytes"));

    private void Done(string line) => Must(line);

    /// <summary>What the kernel has no reason to refuse.</summary>
    private string[] Must(string line)
    {
        var words = Words(line);
        return words[0] == Ok ? words : throw new AdapterException($"the kernel refuses '{line}' with {words[1]}");
    }

    private string[] Words(string line)
    {
        var answer = cow.Ask(line);
        var words = answer.Split(' ');
        return words is [Ok, ..] or ["no", _, ..] ? words : throw new AdapterException($"the adapter answers '{line}' with '{answer}'");
    }
}
