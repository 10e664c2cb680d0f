using ZeroCopy.Model;

namespace ZeroCopy.Properties.Conform.Cow;

/// <summary>Processes that are not ours to judge by looking inside: the running kernel's.</summary>
public abstract class CowRig
{
    /// <summary>What it is, such as the kernel's release.</summary>
    public abstract string Version { get; }

    /// <summary>Whether it tells which frame a page lies in: without that, copies are not compared.</summary>
    public abstract bool HasFrames { get; }

    /// <summary>Whether it can do operations of this kind.</summary>
    public abstract bool Can(Operation operation);

    /// <summary>No processes, no files, no pins.</summary>
    public abstract void Reset();

    /// <summary>Gives back what it holds of itself: references to pages that wait in lists of a CPU. False where it may not be asked for that.</summary>
    public abstract bool Settle();

    /// <summary>Does as the operation says.</summary>
    public abstract CowReply Do(Operation operation);

    /// <summary>The frame of each page of a process, by its number; 0 for a page that is not there, or is the zero page.</summary>
    public abstract ulong[] Frames(MmId process, int pages);
}

/// <summary>How an operation went.</summary>
/// <param name="Refusal">None where it was done. NoAccess and OutOfRange say so; any other word for a refusal is Invalid.</param>
/// <param name="Word">The refusal as it was told; empty for none.</param>
/// <param name="Bytes">What was read.</param>
/// <param name="WasPresent">The page that was written had a frame of its own before.</param>
/// <param name="Copied">It lies in another frame now.</param>
public readonly record struct CowReply(Refusal Refusal, string Word, byte[] Bytes, bool WasPresent, bool Copied)
{
    /// <summary>Done, with nothing to tell.</summary>
    public static readonly CowReply Done = new(Refusal.None, "", [], false, false);
}
