using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>What a process may do to pages of an area. kernel: PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE.</summary>
public enum Prot
{
    None,
    R,
    Rw,
}

/// <summary>How an area is mapped. kernel: MAP_PRIVATE, MAP_SHARED; a file that was opened O_RDONLY can be mapped shared, but never written.</summary>
public enum MapKind
{
    Private,
    Shared,
    SharedRdonly,
}

/// <summary>An area over free pages: anonymous, or of a file. kernel: do_mmap_pgoff() with MAP_FIXED, mm/mmap.c.</summary>
/// <param name="Mm">The process.</param>
/// <param name="Page">First page.</param>
/// <param name="Pages">How many.</param>
/// <param name="Prot">What may be done.</param>
/// <param name="Kind">Private or shared.</param>
/// <param name="File">The file; null for anonymous memory, which is always private here.</param>
/// <param name="Index">First page of the file.</param>
public sealed record Mmap(MmId Mm, int Page, int Pages, Prot Prot, MapKind Kind, FileId? File, int Index) : Operation
{
    public static readonly Spelling Spelling = new("mmap", operands =>
    {
        var mm = operands.Mm();
        var page = operands.Int("first page");
        var pages = operands.Int("pages", from: 1);
        var prot = operands.Word<Prot>("a protection: none, r or rw", TryParse);
        var kind = operands.Word<MapKind>("private, shared or shared_rdonly", TryParse);
        return operands.HasMore
            ? new Mmap(mm, page, pages, prot, kind, operands.File(), operands.Int("first page of the file", to: 1 << 20))
            : kind == MapKind.Private ? new Mmap(mm, page, pages, prot, kind, null, 0)
            : throw operands.Error("anonymous memory is private");
    });

    public override bool Enabled(Names names) =>
        names.Runs(Mm) && !names.HasFault(Mm) && (File is not { } file || names.Has(file)) && names.IsInTask(Page, Pages) && names.IsFree(Mm, Page, Pages);

    public override Observation Apply(World world)
    {
        if (Prot == Prot.Rw && Kind == MapKind.SharedRdonly)
        {
            return world.Seen.Refuse(Refusal.NoAccess);
        }

        var area = new VmArea(
            IsMapped: true, Prot != Prot.None, Prot == Prot.Rw, Kind != MapKind.SharedRdonly, Kind == MapKind.Shared, File is { } file ? world.File(file) : null, Index);
        return world.Mm(Mm).Mmap(Page, Pages, area) ? world.Seen.Succeed() : world.Seen.Refuse(Refusal.NoMemory);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (Prot == Prot.Rw && Kind == MapKind.SharedRdonly)
        {
            world.Refuse(Refusal.NoAccess);
        }

        if (seen.Succeeded)
        {
            world.Mmap(Mm, Page, Pages, new CopyingSlot
            {
                IsMapped = true,
                Read = Prot != Prot.None,
                Write = Prot == Prot.Rw,
                MayWrite = Kind != MapKind.SharedRdonly,
                Shared = Kind == MapKind.Shared,
                File = File,
                Index = Index,
            });
        }
    }

    public static string Word(Prot prot) => prot switch
    {
        Prot.None => "none",
        Prot.R => "r",
        _ => "rw",
    };

    public static bool TryParse(string word, out Prot prot) => TryFind(word, Word, out prot);

    private static string Word(MapKind kind) => kind switch
    {
        MapKind.Private => "private",
        MapKind.Shared => "shared",
        _ => "shared_rdonly",
    };

    private static bool TryParse(string word, out MapKind kind) => TryFind(word, Word, out kind);

    private static bool TryFind<T>(string word, Func<T, string> spell, out T value)
        where T : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<T>())
        {
            if (spell(candidate) == word)
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }

    public override string ToString() => $"mmap({Mm}, {Page}, {Pages}, {Word(Prot)}, {Word(Kind)}{(File is { } file ? $", {file}, {Index}" : "")})";
}
