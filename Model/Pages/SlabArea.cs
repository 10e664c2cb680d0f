using System.Numerics;

namespace ZeroCopy.Model.Pages;

/// <summary>Blocks in one region of physical memory, each of a size class. kernel: mm/slab.c.</summary>
/// <param name="base">Physical address of the first.</param>
/// <param name="provenance">Whether each byte carries the place it came from.</param>
internal sealed class SlabArea(ulong @base, bool provenance)
{
    /// <summary>Bytes of a slab, and of the largest block.</summary>
    public const int SlabBytes = 128 << 10;

    private const int SmallestClass = 32;
    private static readonly int Classes = 1 + ClassOf(SlabBytes);

    private readonly List<Slab> _slabs = [];
    private readonly Stack<Block>[] _freeBlocks = [.. Enumerable.Range(0, Classes).Select(_ => new Stack<Block>())];
    private readonly Slab?[] _open = new Slab?[Classes];
    private readonly Stack<Slab>[] _spareSlabs = [.. Enumerable.Range(0, Classes).Select(_ => new Stack<Slab>())];

    /// <summary>A fresh, poisoned block.</summary>
    public Block Alloc(int length)
    {
        var sizeClass = ClassOf(length);
        if (!_freeBlocks[sizeClass].TryPop(out var block))
        {
            block = NextBlock(sizeClass);
        }

        block.Length = length;
        block.InUse = true;
        block.Whole.Fill(PhysicalMemory.PoisonFresh);
        return block;
    }

    public void Free(Block block)
    {
        if (!block.InUse)
        {
            throw new ModelException($"kfree of the free block at {block.Address:x}");
        }

        block.InUse = false;
        block.Whole.Fill(PhysicalMemory.PoisonFree);
        _freeBlocks[ClassOf(block.Capacity)].Push(block);
    }

    /// <summary>The block that a physical address lies in; null where there is none.</summary>
    public Block? TryAt(ulong address)
    {
        if (address < @base || address >= @base + ((ulong)_slabs.Count * SlabBytes))
        {
            return null;
        }

        var offset = address - @base;
        var slab = _slabs[(int)(offset / SlabBytes)];
        var index = (int)(offset % SlabBytes) / slab.BlockBytes;
        return index < slab.Touched ? slab[index] : null;
    }

    /// <summary>Everything free again, as after boot; what was allocated is kept for reuse.</summary>
    public void Reset()
    {
        foreach (var free in _freeBlocks)
        {
            free.Clear();
        }

        foreach (var slab in _slabs)
        {
            for (; slab.Touched > 0; slab.Touched--)
            {
                slab[slab.Touched - 1].InUse = false;
            }

            _spareSlabs[ClassOf(slab.BlockBytes)].Push(slab);
        }

        _slabs.Clear();
        Array.Clear(_open);
    }

    /// <summary>The first block of a size class that was never in use since boot.</summary>
    private Block NextBlock(int sizeClass)
    {
        var slab = _open[sizeClass];
        if (slab is null || slab.Touched == slab.Length)
        {
            slab = _spareSlabs[sizeClass].TryPop(out var spare) ? spare : new Slab(SmallestClass << sizeClass, provenance);
            slab.Address = @base + ((ulong)_slabs.Count * SlabBytes);
            slab.Before = 0;
            for (var i = 0; i < _slabs.Count; i++)
            {
                slab.Before += _slabs[i].BlockBytes == slab.BlockBytes ? slab.Length : 0;
            }

            _slabs.Add(slab);
            _open[sizeClass] = slab;
        }

        return slab[slab.Touched++];
    }

    private static int ClassOf(int length) =>
        BitOperations.Log2((uint)Math.Max(BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, 1)), SmallestClass)) - BitOperations.Log2(SmallestClass);

    /// <summary>Blocks of one size class in a row. Its address is given anew after each boot. kernel: struct slab_s, mm/slab.c.</summary>
    internal sealed class Slab(int blockBytes, bool provenance)
    {
        private readonly List<Block> _blocks = [];

        public int BlockBytes => blockBytes;

        public int Length => SlabBytes / blockBytes;

        /// <summary>A block that was in use; or the next one, whose memory is made now.</summary>
        public Block this[int index]
        {
            get
            {
                if (index == _blocks.Count)
                {
                    _blocks.Add(new Block(this, index * blockBytes, new Bytes(new byte[blockBytes], provenance ? new Model.Provenance[blockBytes] : null, 0, blockBytes)));
                }

                return _blocks[index];
            }
        }

        public ulong Address { get; set; }

        /// <summary>Blocks of the class in slabs before this one.</summary>
        public int Before { get; set; }

        /// <summary>Blocks that were in use since boot.</summary>
        public int Touched { get; set; }
    }
}
