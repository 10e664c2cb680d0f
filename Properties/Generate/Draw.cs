using ZeroCopy.Model;

namespace ZeroCopy.Properties.Generate;

/// <summary>What an operation works on, or makes: where it is not there, or there is no name left for it, it is not drawn.</summary>
[Flags]
public enum Needs
{
    None = 0,
    Skb = 1,
    NewSkb = 2,
    Page = 4,
    NewPage = 8,
    File = 16,
    NewFile = 32,
    Tcp = 64,
    Udp = 128,
    NewSock = 256,
    Dev = 512,
    NewDev = 1024,

    /// <summary>A TCP socket that may still send.</summary>
    OpenTcp = 2048,

    /// <summary>A socket without a protocol.</summary>
    Raw = 4096,

    /// <summary>A process.</summary>
    Mm = 8192,
    NewMm = 16384,
    Kiobuf = 32768,
    Vector = 65536,
    NewVector = 131072,

    /// <summary>A kiobuf or a vector.</summary>
    Pin = 262144,
    /// <summary>An open tap.</summary>
    Tap = 1 << 20,

    NewTap = 1 << 21,

    /// <summary>A TCP socket that its process has closed.</summary>
    Orphan = 1 << 22,

    /// <summary>A device whose driver, handler and card go on one access at a time.</summary>
    Interleaved = 1 << 23,

    /// <summary>A process that stands in a page fault.</summary>
    Fault = 1 << 24,
}

/// <summary>One kind of operation in a mix: how often, and how its operands are drawn.</summary>
/// <param name="Name">As scripts spell it.</param>
/// <param name="Weight">Its share where the mix leaves it as it is.</param>
/// <param name="Needs">What must be there.</param>
/// <param name="Make">Draws the operands; null where there is nothing that it could work on, and then another operation is drawn. One that is not enabled after all is skipped, and counted as skipped.</param>
/// <param name="Allocates">How often it may ask for memory, as far as that is bounded: drawn by preference after a failure of one so early was ordered.</param>
/// <param name="Always">A sequence without it would do nothing: no mix leaves it out.</param>
/// <param name="IsRare">It ends the sequence: its weight counts a small part.</param>
/// <param name="Prepares">Where what it needs is not there, it draws an operation that leads there, which counts as itself.</param>
public sealed record Draw(string Name, int Weight, Needs Needs, Func<Hand, Operation?> Make, int Allocates = 0, bool Always = false, bool IsRare = false, bool Prepares = false)
{
    /// <summary>The same, with what was drawn made into another of its kind.</summary>
    public Draw Then<TOperation>(Func<Hand, TOperation, Operation> change)
        where TOperation : Operation => this with { Make = hand => Make(hand) is { } drawn ? change(hand, (TOperation)drawn) : null };
}
