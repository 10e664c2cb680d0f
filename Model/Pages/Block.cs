namespace ZeroCopy.Model.Pages;

/// <summary>One object of kmalloc: contiguous, in low memory. kernel: kmalloc(), mm/slab.c.</summary>
public sealed class Block
{
    private readonly SlabArea.Slab _slab;
    private readonly int _offset;
    private readonly Bytes _memory;

    internal Block(SlabArea.Slab slab, int offset, Bytes memory) => (_slab, _offset, _memory) = (slab, offset, memory);

    /// <summary>Physical address of the first byte.</summary>
    public ulong Address => _slab.Address + (ulong)_offset;

    /// <summary>Bytes asked for: [0, Length) is the caller's; the rest of the size class is not.</summary>
    public int Length { get; internal set; }

    public bool InUse { get; internal set; }

    /// <summary>The size of its class.</summary>
    public int Capacity => _memory.Length;

    public Bytes Bytes => _memory[..Length];

    internal Bytes Whole => _memory;

    /// <summary>By its cache, as /proc/slabinfo names it, and which object of it.</summary>
    public override string ToString() => $"size-{Capacity}+{_slab.Before + (_offset / Capacity)}";
}
