namespace ZeroCopy.Model;

/// <summary>What the CPU did with payload, in bytes. Headers, pseudo headers and filling the page cache are left out; a copy-and-sum counts in both.</summary>
public sealed class Cost
{
    /// <summary>Copied into the kernel by the call that sends.</summary>
    public long CopiedAtCall { get; set; }

    /// <summary>Summed by the call that sends.</summary>
    public long SummedAtCall { get; set; }

    /// <summary>Copied afterwards: linearised, or copied as an skb.</summary>
    public long CopiedLater { get; set; }

    /// <summary>Summed afterwards, for a device that cannot.</summary>
    public long SummedLater { get; set; }

    public long CopiedBytes => CopiedAtCall + CopiedLater;

    public long SummedBytes => SummedAtCall + SummedLater;

    public void Reset() => (CopiedAtCall, SummedAtCall, CopiedLater, SummedLater) = (0, 0, 0, 0);

    public void CopyFrom(Cost other) =>
        (CopiedAtCall, SummedAtCall, CopiedLater, SummedLater) = (other.CopiedAtCall, other.SummedAtCall, other.CopiedLater, other.SummedLater);
}
