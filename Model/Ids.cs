namespace ZeroCopy.Model;

/// <summary>A script's name for an skb.</summary>
public readonly record struct SkbId(int Value)
{
    public override string ToString() => $"skb{Value}";
}

/// <summary>A script's name for a page that it allocated itself.</summary>
public readonly record struct PageId(int Value)
{
    public override string ToString() => $"page{Value}";
}

/// <summary>A script's name for a process: its address space.</summary>
public readonly record struct MmId(int Value)
{
    public override string ToString() => $"p{Value}";
}

/// <summary>A script's name for what pins user memory: a kiobuf, or a vector of (page, offset, length).</summary>
public readonly record struct PinId(bool IsVector, int Value)
{
    public NameKind Kind => IsVector ? NameKind.Vector : NameKind.Kiobuf;

    public override string ToString() => $"{(IsVector ? "vec" : "kio")}{Value}";
}

/// <summary>A script's name for a file.</summary>
public readonly record struct FileId(int Value)
{
    public override string ToString() => $"file{Value}";
}

/// <summary>A script's name for a socket.</summary>
public readonly record struct SockId(int Value)
{
    public override string ToString() => $"sk{Value}";
}

/// <summary>A script's name for a tap.</summary>
public readonly record struct TapId(int Value)
{
    public override string ToString() => $"tap{Value}";
}

/// <summary>A script's name for a net device.</summary>
public readonly record struct DevId(int Value)
{
    public override string ToString() => $"eth{Value}";
}
