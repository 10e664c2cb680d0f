using ZeroCopy.Model;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Laws;

/// <summary>Pages of files that a kiobuf has locked, as the last step left them. A book of the checker's own.</summary>
/// <remarks>Verified with it: truncation waits for the lock of a page that it would take or clear. Not verified: that a kiobuf's lock stops reads and writes of the file, which do not ask for it.</remarks>
public sealed class LockBook
{
    private readonly List<(Page Page, long Index, Model.Pages.File File, long Length)> _locked = [];

    /// <summary>A page that this step's truncation took from its file, or cleared in part, while it was locked; null for none.</summary>
    public Page? Taken { get; private set; }

    public void Follow(Operation operation, World world)
    {
        Taken = null;
        if (operation is Vmtruncate cut && world.Seen.Succeeded)
        {
            var file = world.File(cut.File);
            foreach (var (page, index, of, length) in _locked)
            {
                Taken ??= of == file && cut.Length < length && (index + 1) * world.Profile.PageSize > cut.Length ? page : null;
            }
        }

        _locked.Clear();
        for (var i = 0; i < world.Pins.Count; i++)
        {
            var pin = world.Pins[i];
            for (var j = 0; pin.IsLocked && j < pin.Pages.Count; j++)
            {
                if (pin.Pages[j] is { Mapping: { } file } page)
                {
                    _locked.Add((page, page.Index, file, file.Length));
                }
            }
        }
    }

    public void Reset()
    {
        _locked.Clear();
        Taken = null;
    }
}
