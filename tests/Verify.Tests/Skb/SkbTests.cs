using ZeroCopy.Model;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Tests.Skb;

/// <summary>Each operation on an skb: State_Event_Outcome. The table is in net/core/skbuff.c and include/linux/skbuff.h of 2.4.4.</summary>
public sealed class SkbTests
{
    [Fact]
    public void Empty_Alloc_StartsAtHead()
    {
        var skb = new World(Profile.Real).Skbs.AllocSkb(100)!;
        Assert.Equal((0, 0, 0, 0, 1, 128), (skb.Data, skb.Tail, skb.Len, skb.DataLen, skb.Users, skb.Block.End));
        Assert.Equal(128 + Profile.SkbStructBytes, skb.TrueSize);
    }

    [Fact]
    public void Linear_Put_AppendsUpToTailroom()
    {
        var made = SkbIn.Linear(10);
        Assert.Equal(made.Skb.Tailroom, made.Skb.Put(made.Skb.Tailroom).Length);
        Breaks(SkbRules.Room, () => made.Skb.Put(1));
    }

    [Fact]
    public void Paged_Put_IsABug() => Breaks(SkbRules.PutIsLinear, () => SkbIn.Paged(4, 1).Skb.Put(1));

    [Fact]
    public void Paged_Push_TakesHeadroom()
    {
        var made = SkbIn.Paged(4, 3);
        made.Skb.Push(32);
        Assert.Equal((0, 39, 3), (made.Skb.Data, made.Skb.Len, made.Skb.DataLen));
        Breaks(SkbRules.Room, () => made.Skb.Push(1));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(4, true)]
    [InlineData(8, false)]
    public void Paged_Pull_DropsLinearBytes(int count, bool pulled)
    {
        var made = SkbIn.Paged(4, 3);
        Assert.Equal(pulled, made.Skb.Pull(count));
        Assert.Equal(SkbIn.Bytes(pulled ? count : 0, 7), SkbIn.Read(made.Skb));
    }

    [Fact]
    public void Paged_PullBeyondHead_IsABug() => Breaks(SkbRules.Room, () => SkbIn.Paged(4, 3).Skb.Pull(5));

    [Theory]
    [InlineData(1, "data 32 tail 37 len 12 data_len 7 users 1 dataref 1 cloned False frags [101+4 100+3] pages [2 2]")]
    [InlineData(5, "data 32 tail 41 len 12 data_len 3 users 1 dataref 1 cloned False frags [100+3] pages [1 2]")]
    [InlineData(6, "data 32 tail 42 len 12 data_len 2 users 1 dataref 1 cloned False frags [101+2] pages [1 2]")]
    [InlineData(8, "data 32 tail 44 len 12 data_len 0 users 1 dataref 1 cloned False frags [] pages [1 1]")]
    public void Paged_PullTail_MovesBytesAndPutsEatenPages(int delta, string state)
    {
        var made = SkbIn.Paged(4, 5, 3);
        Assert.True(made.Skb.PullTail(delta));
        Assert.Equal(state, made.State());
        Assert.Equal(SkbIn.Bytes(0, 12), SkbIn.Read(made.Skb));
    }

    [Fact]
    public void Cloned_PullTail_LeavesTheCloneAlone()
    {
        var made = SkbIn.Paged(4, 5);
        var clone = made.Skb.Clone()!;
        Assert.True(made.Skb.PullTail(5));
        Assert.Equal(SkbIn.Bytes(0, 9), SkbIn.Read(clone));
        Assert.Equal((5, 0), (clone.DataLen, made.Skb.DataLen));
        Assert.Equal(2, made.Pages[0].Count);
    }

    [Theory]
    [InlineData(12, "len 12 data_len 8 users 1 dataref 1 cloned False frags [100+5 100+3] pages [2 2]")]
    [InlineData(10, "len 10 data_len 6 users 1 dataref 1 cloned False frags [100+5 100+1] pages [2 2]")]
    [InlineData(9, "len 9 data_len 5 users 1 dataref 1 cloned False frags [100+5] pages [2 1]")]
    [InlineData(4, "len 4 data_len 0 users 1 dataref 1 cloned False frags [] pages [1 1]")]
    [InlineData(2, "len 2 data_len 0 users 1 dataref 1 cloned False frags [] pages [1 1]")]
    public void Paged_Trim_CutsAndPutsPages(int length, string state)
    {
        var made = SkbIn.Paged(4, 5, 3);
        Assert.True(made.Skb.Trim(length));
        Assert.EndsWith(state, made.State(), StringComparison.Ordinal);
        Assert.Equal(SkbIn.Bytes(0, length), SkbIn.Read(made.Skb));
    }

    /// <summary>2.4.4 ships this test inverted: it fails exactly when the private block could be made.</summary>
    [Fact]
    public void Cloned_Trim_MakesPrivateFirst()
    {
        var made = SkbIn.Paged(4, 5);
        var clone = made.Skb.Clone()!;
        Assert.True(made.Skb.Trim(6));
        Assert.Equal(SkbIn.Bytes(0, 6), SkbIn.Read(made.Skb));
        Assert.Equal(SkbIn.Bytes(0, 9), SkbIn.Read(clone));
    }

    [Fact]
    public void Paged_Clone_SharesTheBlockAndNoPageReference()
    {
        var made = SkbIn.Paged(4, 5);
        var clone = made.Skb.Clone()!;
        Assert.Same(made.Skb.Block, clone.Block);
        Assert.EndsWith("users 1 dataref 2 cloned True frags [100+5] pages [2]", made.State(), StringComparison.Ordinal);
        Assert.True(clone.Cloned);
        made.Skb.Kfree();
        Assert.Equal(SkbIn.Bytes(0, 9), SkbIn.Read(clone));
        clone.Kfree();
        Assert.Equal(1, made.Pages[0].Count);
    }

    [Fact]
    public void Paged_Copy_IsLinearAndPrivate()
    {
        var made = SkbIn.Paged(4, 5, 3);
        var copy = made.Skb.Copy()!;
        Assert.Equal((0, 32, 12), (copy.DataLen, copy.Headroom, copy.Len));
        Assert.Equal(SkbIn.Bytes(0, 12), SkbIn.Read(copy));
        Assert.Equal(2, made.Pages[0].Count);
    }

    [Fact]
    public void Paged_PskbCopy_HoldsEachPageOnceMore()
    {
        var made = SkbIn.Paged(4, 5, 3);
        var copy = made.Skb.PskbCopy()!;
        Assert.NotSame(made.Skb.Block, copy.Block);
        Assert.Equal([3, 3], made.Pages.Select(page => page.Count));
        Assert.Equal(SkbIn.Bytes(0, 12), SkbIn.Read(copy));
    }

    [Fact]
    public void Cloned_ExpandHead_LeavesTheBlockToTheClone()
    {
        var made = SkbIn.Paged(4, 5);
        var clone = made.Skb.Clone()!;
        made.Skb.TransportHeader = made.Skb.Data;
        Assert.True(made.Skb.ExpandHead(16, 8));
        Assert.Equal((48, 48, false, 3), (made.Skb.Headroom, made.Skb.TransportHeader, made.Skb.Cloned, made.Pages[0].Count));
        Assert.Equal(SkbIn.Bytes(0, 9), SkbIn.Read(made.Skb));
        Assert.Equal(SkbIn.Bytes(0, 9), SkbIn.Read(clone));
    }

    [Fact]
    public void Paged_Linearize_DropsTheFragments()
    {
        var made = SkbIn.Paged(4, 5, 3);
        Assert.True(made.Skb.Linearize());
        Assert.Equal("data 32 tail 44 len 12 data_len 0 users 1 dataref 1 cloned False frags [] pages [1 1]", made.State());
        Assert.Equal(SkbIn.Bytes(0, 12), SkbIn.Read(made.Skb));
    }

    [Theory]
    [InlineData("ExpandHead")]
    [InlineData("Linearize")]
    public void Shared_ReplacingTheBlock_IsABug(string operation)
    {
        var skb = SkbIn.Paged(4, 5).Skb;
        skb.Get();
        Breaks(SkbRules.SoleOwnerReplacesBlock, () => _ = operation == "Linearize" ? skb.Linearize() : skb.ExpandHead(0, 0));
    }

    [Theory]
    [InlineData(0, "[]", "[100+5 100+3]", "[2 2]")]
    [InlineData(4, "[]", "[100+5 100+3]", "[2 2]")]
    [InlineData(6, "[100+2]", "[102+3 100+3]", "[3 2]")]
    [InlineData(9, "[100+5]", "[100+3]", "[2 2]")]
    [InlineData(11, "[100+5 100+2]", "[102+1]", "[2 3]")]
    public void Paged_Split_SharesAStraddledPage(int length, string stay, string move, string counts)
    {
        var made = SkbIn.Paged(4, 5, 3);
        var rest = made.World.Skbs.AllocSkb(8)!;
        made.Skb.Split(rest, length);
        Assert.Equal(stay, Frags(made.Skb));
        Assert.Equal(move, Frags(rest));
        Assert.Equal(counts, $"[{string.Join(' ', made.Pages.Select(page => page.Count))}]");
        Assert.Equal(SkbIn.Bytes(0, length), SkbIn.Read(made.Skb));
        Assert.Equal(SkbIn.Bytes(length, 12), SkbIn.Read(rest));
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(3, 3, true)]
    [InlineData(9, 0, true)]
    [InlineData(9, 1, false)]
    [InlineData(0, 10, false)]
    public void Paged_CopyBits_ReadsOnlyInside(int offset, int length, bool read)
    {
        var bytes = new byte[length];
        Assert.Equal(read, SkbIn.Paged(4, 5).Skb.CopyBits(offset, new Bytes(bytes, null, 0, length)));
        Assert.Equal(read ? SkbIn.Bytes(offset, offset + length) : new byte[length], bytes);
    }

    [Fact]
    public void Paged_ChecksumBeyondTheEnd_IsABug() => Breaks(SkbRules.Room, () => SkbIn.Paged(4, 5).Skb.Checksum(9, 1, 0));

    [Fact]
    public void Queued_Kfree_IsABug()
    {
        var skb = SkbIn.Linear(1).Skb;
        new SkbQueue().Tail(skb);
        Breaks(SkbRules.NotFreedOnList, skb.Kfree);
    }

    [Fact]
    public void Shared_Kfree_LeavesTheOtherHolder()
    {
        var made = SkbIn.Paged(4, 5);
        made.Skb.Get().Kfree();
        Assert.Equal(SkbIn.Bytes(0, 9), SkbIn.Read(made.Skb));
        Assert.Equal(2, made.Pages[0].Count);
    }

    [Fact]
    public void Paged_Coalesce_TakesNoReference()
    {
        var made = SkbIn.Paged(4, 5);
        Assert.True(made.Skb.CanCoalesce(made.Pages[0], 105));
        Assert.False(made.Skb.CanCoalesce(made.Pages[0], 104));
        made.Skb.Coalesce(3);
        Assert.Equal("[100+8]", Frags(made.Skb));
        Assert.Equal(2, made.Pages[0].Count);
    }

    [Fact]
    public void FullOfFragments_Fill_IsABug()
    {
        var made = SkbIn.Paged(0, 1, 1, 1, 1, 1, 1);
        Breaks(SkbRules.FragmentsFit, () => made.Skb.FillPageDesc(made.Pages[0], 0, 1));
    }

    /// <param name="behind">Where it begins, from the end of the page.</param>
    /// <param name="size">Bytes.</param>
    [Theory]
    [InlineData(-1, 2)]
    [InlineData(1, 0)]
    [InlineData(-100_000, 2)]
    [InlineData(0, -1)]
    [InlineData(0, int.MaxValue)]
    public void FragmentBeyondItsPage_Read_IsABug(int behind, int size)
    {
        var page = SkbIn.Paged(0, 1).Pages[0];
        Assert.Equal(1, new Frag(page, page.Bytes.Length - 1, 1).Bytes.Length);
        Breaks(SkbRules.FragmentsFit, () => Assert.Equal(size, new Frag(page, page.Bytes.Length + behind, size).Bytes.Length));
    }

    /// <summary>A failed allocation changes nothing: not the bytes, not a count, not what the clone sees.</summary>
    [Theory]
    [InlineData("clone", 1)]
    [InlineData("copy", 1)]
    [InlineData("copy", 2)]
    [InlineData("pskb_copy", 1)]
    [InlineData("pskb_copy", 2)]
    [InlineData("expand_head", 1)]
    [InlineData("linearize", 1)]
    [InlineData("pull_tail", 1)]
    [InlineData("trim", 1)]
    public void Cloned_FailedAllocation_ChangesNothing(string operation, int k)
    {
        var made = SkbIn.Paged(4, 5, 3);
        var clone = made.Skb.Clone()!;
        var before = made.State();
        made.World.Memory.FailAfter(k);
        Assert.False(operation switch
        {
            "clone" => made.Skb.Clone() is not null,
            "copy" => made.Skb.Copy() is not null,
            "pskb_copy" => made.Skb.PskbCopy() is not null,
            "expand_head" => made.Skb.ExpandHead(1, 1),
            "linearize" => made.Skb.Linearize(),
            "pull_tail" => made.Skb.PullTail(1),
            _ => made.Skb.Trim(6),
        });
        Assert.Equal(before, made.State());
        Assert.Equal(2, made.World.Skbs.Live.Count);
        Assert.Equal(SkbIn.Bytes(0, 12), SkbIn.Read(clone));
    }

    private static string Frags(Model.Skbs.Skb skb) => $"[{string.Join(' ', skb.Frags.ToArray().Select(frag => $"{frag.Offset}+{frag.Size}"))}]";

    private static void Breaks(Rule rule, Action act) => Assert.Equal(rule, Assert.Throws<BugException>(act).Rule);
}
