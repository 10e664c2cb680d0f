namespace ZeroCopy.Model.Copying;

/// <summary>The memory of a process on the copying path: for each page what may be done to it, and its bytes.</summary>
public sealed class CopyingProcess(int pages)
{
    private readonly CopyingSlot[] _slots = new CopyingSlot[pages];

    /// <summary>Processes that have this memory.</summary>
    public int Users { get; set; } = 1;

    /// <summary>It was forked from another, or another from it.</summary>
    public bool IsForked { get; set; }

    public ref CopyingSlot this[int n] => ref _slots[n];

    public int Pages => _slots.Length;

    public ReadOnlySpan<CopyingSlot> Slots => _slots;
}

/// <summary>One page of a process.</summary>
public struct CopyingSlot
{
    public bool IsMapped { get; set; }

    public bool Read { get; set; }

    public bool Write { get; set; }

    public bool MayWrite { get; set; }

    /// <summary>Its bytes are the file's own.</summary>
    public bool Shared { get; set; }

    /// <summary>The file that it was mapped from; null for anonymous memory.</summary>
    public FileId? File { get; set; }

    /// <summary>The page of the file.</summary>
    public long Index { get; set; }

    /// <summary>The process's own bytes; null while it has not written: then they are zeroes, or the file's.</summary>
    public CopyingCell? Own { get; set; }

    /// <summary>Swapped out, and not touched since.</summary>
    public bool IsOut { get; set; }

    /// <summary>It was forked, swapped out, or its protection changed, since the last write: the next one takes a fault, and that moves the process off bytes that are pinned.</summary>
    public bool WriteFaults { get; set; }
}

/// <summary>The bytes of one page. A pin names them, and keeps them when the process has moved on.</summary>
public sealed class CopyingCell(int length)
{
    public byte[] Bytes { get; } = new byte[length];

    /// <summary>The file whose page this is, where it is one: then the bytes are the file's.</summary>
    public FileId? File { get; set; }

    /// <summary>Which page of the file.</summary>
    public long Index { get; set; }

    /// <summary>Its file was cut before it while there were sockets: the frame lives on, and packets that were sent before may still read it.</summary>
    public bool IsTruncated { get; set; }

    /// <summary>Pins that name it.</summary>
    public int Pins { get; set; }

    /// <summary>Of them, those which do not say what they are for.</summary>
    public int PlainPins { get; set; }

    /// <summary>Pins, and the process that has it; more than one process only where it was pinned while they were forked, and until each of them writes.</summary>
    public int Users { get; set; }
}

/// <summary>Pinned memory on the copying path: the cells of the range.</summary>
public sealed class CopyingPin(bool into, int offset, int length, bool plain)
{
    public List<CopyingCell> Cells { get; } = new(1);

    public bool Into => into;

    public int Offset => offset;

    public int Length => length;

    public bool IsPlain => plain;

    public bool IsLocked { get; set; }

    /// <summary>Where the bytes of the range begin in its i-th page.</summary>
    public int From(int i) => i == 0 ? offset : 0;

    /// <summary>How many they are.</summary>
    public int Count(int i) => Math.Min(Cells[i].Bytes.Length, length + offset - (i * Cells[i].Bytes.Length)) - From(i);
}
