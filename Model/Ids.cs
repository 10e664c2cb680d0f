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
