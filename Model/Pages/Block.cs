namespace ZeroCopy.Model.Pages;

/// <summary>One object of kmalloc: contiguous, in low memory. kernel: kmalloc(), mm/slab.c.</summary>
public sealed class Block(ulong address, Bytes memory)
{
    /// <summary>Physical address of the first byte.</summary>
    public ulong Address => address;

    /// <summary>Bytes asked for: [0, Length) is the caller's; the rest of the size class is not.</summary>
    public int Length { get; internal set; }

    public bool InUse { get; internal set; }

    /// <summary>The size of its class.</summary>
    public int Capacity => memory.Length;

    public Bytes Bytes => memory[..Length];

    internal Bytes Whole => memory;
}
