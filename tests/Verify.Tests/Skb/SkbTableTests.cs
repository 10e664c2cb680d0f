using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Properties;
using ZeroCopy.Specs;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Skb;

/// <summary>The rest of the operation table, State_Event_Outcome: pulls and trims as a caller sees them, copies with other rooms, owners, checksum states, lists, writes in place, and each BUG.</summary>
public sealed class SkbTableTests
{
    [Theory]
    [InlineData(4, true, "data 36 tail 36 len 8 data_len 8")]
    [InlineData(6, true, "data 38 tail 38 len 6 data_len 6")]
    [InlineData(12, true, "data 44 tail 44 len 0 data_len 0")]
    [InlineData(13, false, "data 32 tail 36 len 12 data_len 8")]
    public void Paged_PskbPull_DropsBytesMadeLinearFirst(int count, bool pulled, string state)
    {
        var made = SkbIn.Paged(4, 5, 3);
        Assert.Equal(pulled, made.Skb.PskbPull(count));
        Assert.StartsWith(state, made.State(), StringComparison.Ordinal);
        Assert.Equal(SkbIn.Bytes(pulled ? count : 0, 12), SkbIn.Read(made.Skb));
    }

    [Theory]
    [InlineData(4, true, 4)]
    [InlineData(6, true, 6)]
    [InlineData(12, true, 12)]
    [InlineData(13, false, 4)]
    public void Paged_MayPull_IsTrueExactlyWhereSoManyAreLinear(int count, bool may, int linear)
    {
        var made = SkbIn.Paged(4, 5, 3);
        Assert.Equal(may, made.Skb.MayPull(count));
        Assert.Equal(linear, made.Skb.HeadLen);
        Assert.Equal(SkbIn.Bytes(0, 12), SkbIn.Read(made.Skb));
    }

    [Fact]
    public void Short_Pull_IsNull()
    {
        var made = SkbIn.Paged(4, 3);
        Assert.False(made.Skb.Pull(8));
        Assert.Equal(7, made.Skb.Len);
    }

    [Fact]
    public void Cloned_TrimInPlace_MovesTheTailOfALinearOne_AndIsABugForFragments()
    {
        var linear = SkbIn.Linear(4);
        var clone = linear.Skb.Clone()!;
        linear.Skb.TrimInPlace(1);
        Assert.Equal((1, 4), (linear.Skb.Len, clone.Len));
        var paged = SkbIn.Paged(4, 5);
        paged.Skb.Clone();
        Breaks(SkbRules.WriteOwnBytes, () => paged.Skb.TrimInPlace(6));
    }

    [Fact]
    public void Paged_CopyExpand_IsLinearWithTheRoomsAndTheSum()
    {
        var made = SkbIn.Paged(4, 5);
        (made.Skb.TransportHeader, made.Skb.Csum) = (made.Skb.Data + 1, 2);
        made.Skb.AskDevice();
        var copy = made.Skb.CopyExpand(7, 9)!;
        Assert.Equal((7, 16, 9, 0), (copy.Data, copy.Tail, copy.Len, copy.DataLen));
        Assert.True(copy.Tailroom >= 9);
        Assert.Equal((ChecksumState.Hw, 2u, 8), (copy.IpSummed, copy.Csum, copy.TransportHeader));
        Assert.Equal(SkbIn.Bytes(0, 9), SkbIn.Read(copy));
        Assert.Equal(2, made.Pages[0].Count);
    }

    [Theory]
    [InlineData(10, 32)]
    [InlineData(33, 64)]
    public void Paged_ReallocHeadroom_SharesPagesUnderAHeadOfItsOwn(int headroom, int data)
    {
        var made = SkbIn.Paged(4, 5);
        var copy = made.Skb.ReallocHeadroom(headroom)!;
        Assert.Equal(data, copy.Headroom);
        Assert.Equal((1, 1, 3), (copy.Block.DataRef, made.Skb.Block.DataRef, made.Pages[0].Count));
        Assert.Equal(SkbIn.Bytes(0, 9), SkbIn.Read(copy));
    }

    [Theory]
    [InlineData(32, false, 32)]
    [InlineData(33, false, 48)]
    [InlineData(1, true, 32)]
    public void Linear_Cow_GivesRoomAndAPrivateHead(int headroom, bool cloned, int data)
    {
        var made = SkbIn.Linear(4);
        var clone = cloned ? made.Skb.Clone() : null;
        Assert.True(made.Skb.Cow(headroom));
        Assert.Equal((data, 1), (made.Skb.Headroom, made.Skb.Block.DataRef));
        Assert.Equal(SkbIn.Bytes(0, 4), SkbIn.Read(clone ?? made.Skb));
    }

    [Fact]
    public void Paged_CopyAndCsumBits_IsCopyThenChecksum()
    {
        var made = SkbIn.Paged(3, 4, 5);
        var bytes = new byte[9];
        var sum = made.Skb.CopyAndCsumBits(2, new Bytes(bytes, null, 0, 9), 0);
        Assert.Equal(SkbIn.Bytes(2, 11), bytes);
        Assert.Equal(made.Skb.Checksum(2, 9, 0), sum);
    }

    [Fact]
    public void Requested_ChecksumHelp_StoresTheSumInAHeadOfItsOwn()
    {
        var checker = Holds("""
            skb0 = alloc_skb(8)
            skb_put(skb0, 8, 0)
            tcp_v4_send_check(skb0, 2, 4)
            skb1 = skb_clone(skb0)
            skb_checksum_help(skb0)
            """);
        Assert.Equal((ChecksumState.None, ChecksumState.Hw), (checker.World.Skb(new SkbId(0)).IpSummed, checker.World.Skb(new SkbId(1)).IpSummed));
        Assert.Equal(1, checker.World.Skb(new SkbId(0)).Block.DataRef);
    }

    [Fact]
    public void Requested_PullBeyondTheStart_LosesTheRequest() => Assert.Equal(ChecksumState.None, Holds("""
            skb0 = alloc_skb(8)
            skb_put(skb0, 8, 0)
            tcp_v4_send_check(skb0, 2, 4)
            skb_pull(skb0, 3)
            """).World.Skb(new SkbId(0)).IpSummed);

    [Fact]
    public void Shared_ShareCheck_GivesACloneAndDropsAUser()
    {
        var checker = Holds("""
            skb0 = alloc_skb(4)
            skb1 = skb_get(skb0)
            skb_share_check(skb0)
            """);
        var (one, other) = (checker.World.Skb(new SkbId(0)), checker.World.Skb(new SkbId(1)));
        Assert.NotSame(one, other);
        Assert.Equal((1, 1, 2), (one.Users, other.Users, one.Block.DataRef));
    }

    [Fact]
    public void Shared_ShareCheckWithoutMemory_DropsTheUserAnyway()
    {
        var checker = Holds("""
            skb0 = alloc_skb(4)
            skb1 = skb_get(skb0)
            fail_alloc(1)
            skb_share_check(skb0)
            """);
        Assert.Null(checker.World.TrySkb(new SkbId(0)));
        Assert.Equal(1, checker.World.Skb(new SkbId(1)).Users);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Cloned_UnshareWithoutMemory_DropsTheOriginal(int k)
    {
        var checker = Holds($"""
            skb0 = alloc_skb(4)
            skb1 = skb_clone(skb0)
            fail_alloc({k})
            skb_unshare(skb0)
            """);
        Assert.Null(checker.World.TrySkb(new SkbId(0)));
        Assert.Equal(1, checker.World.Skb(new SkbId(1)).Block.DataRef);
    }

    [Fact]
    public void Cloned_Unshare_IsACopy() => Assert.Equal(1, Holds("""
            skb0 = alloc_skb(4)
            skb1 = skb_clone(skb0)
            skb_unshare(skb0)
            """).World.Skb(new SkbId(0)).Block.DataRef);

    [Fact]
    public void Owned_Orphan_GivesTheChargeBackAtOnce() => Assert.Equal(0, Charge("skb_orphan(skb0)"));

    [Fact]
    public void Owned_KfreeIrq_IsChargedUntilTheSoftirq()
    {
        Assert.Equal(4 + Profile.SkbStructBytes, Charge("dev_kfree_skb_irq(skb0)"));
        Assert.Equal(0, Charge("dev_kfree_skb_irq(skb0)\nnet_tx_action()"));
    }

    [Fact]
    public void FullSendBuffer_Wmalloc_MustWait()
    {
        var checker = Holds("""
            sk0 = sk_alloc()
            skb0 = sock_wmalloc(sk0, 4096)
            skb1 = sock_wmalloc(sk0, 0)
            """);
        Assert.Equal(Refusal.WouldBlock, checker.World.Seen.Refusal);
        Assert.Null(checker.World.TrySkb(new SkbId(1)));
    }

    [Theory]
    [InlineData("skb_put(skb0, 2, 0)", 6)]
    [InlineData("skb_append_page(skb0, low, 2, 0)", 40)]
    public void Short_PadTo_IsFollowedByZeroes(string fill, int length)
    {
        var skb = Holds($"""
            skb0 = alloc_skb(8)
            {fill}
            skb_padto(skb0, {length})
            """).World.Skb(new SkbId(0));
        Assert.Equal((2, 0), (skb.Len, skb.DataLen));
        Assert.True(skb.Tailroom >= length - 2);
        Assert.True(!skb.Block.Bytes.Span.Slice(skb.Tail, length - 2).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void TwoLinear_Collapse_IsOneWithBothSums() => Assert.Equal(7, Holds("""
            skb0 = alloc_skb(8)
            skb_put(skb0, 4, 0)
            skb1 = alloc_skb(4)
            skb_put(skb1, 3, 1)
            tcp_retrans_try_collapse(skb0, skb1)
            """).World.Skb(new SkbId(0)).Len);

    [Theory]
    [InlineData("skb_append_page(skb1, low, 1, 0)", Refusal.NoRoom)]
    [InlineData("skb2 = skb_clone(skb1)", Refusal.NotOwn)]
    [InlineData("skb2 = skb_get(skb0)", Refusal.NotOwn)]
    public void PagedOrShared_Collapse_IsRefused(string before, Refusal why) => Assert.Equal(why, Holds($"""
            skb0 = alloc_skb(8)
            skb1 = alloc_skb(4)
            {before}
            tcp_retrans_try_collapse(skb0, skb1)
            """).World.Seen.Refusal);

    [Theory]
    [InlineData("skb_pull_rcsum(skb0, 3)", ChecksumMachine.State.Summed)]
    [InlineData("pskb_trim_rcsum(skb0, 3)", ChecksumMachine.State.Summed)]
    [InlineData("skb_trim(skb0, 3)", ChecksumMachine.State.None)]
    [InlineData("skb_pull(skb0, 2)", ChecksumMachine.State.None)]
    [InlineData("skb_put(skb0, 1, 0)", ChecksumMachine.State.None)]
    [InlineData("tcp_checksum_complete(skb0)", ChecksumMachine.State.Vouched)]
    public void Summed_Change_FixesTheSumOrForgetsIt(string change, ChecksumMachine.State state) =>
        Assert.Equal(state, Holds($"skb0 = dev_alloc_skb(hw, good, 9, 1)\n{change}").World.Skb(new SkbId(0)).SumState);

    [Theory]
    [InlineData("hw", "hw", ChecksumMachine.State.Summed)]
    [InlineData("hw", "none", ChecksumMachine.State.None)]
    [InlineData("unnecessary", "unnecessary", ChecksumMachine.State.Vouched)]
    [InlineData("unnecessary", "hw", ChecksumMachine.State.None)]
    public void Received_Reassembly_KeepsOneKindOfSum(string first, string next, ChecksumMachine.State state)
    {
        var skb = Holds($"""
            skb0 = dev_alloc_skb({first}, good, 8, 1)
            skb1 = dev_alloc_skb({next}, good, 5, 2)
            ip_frag_reasm(skb0, skb1)
            """).World.Skb(new SkbId(0));
        Assert.Equal((state, 13, 5), (skb.SumState, skb.Len, skb.DataLen));
    }

    /// <summary>A list of two skbs, shared with a copy: what one side takes off, the other goes on to read.</summary>
    [Theory]
    [InlineData("pskb_trim(skb0, 7)", 7, 0)]
    [InlineData("pskb_trim(skb0, 5)", 5, 0)]
    [InlineData("pskb_trim(skb0, 2)", 2, 0)]
    [InlineData("pskb_may_pull(skb0, 6)", 9, 6)]
    [InlineData("pskb_may_pull(skb0, 9)", 9, 9)]
    [InlineData("pskb_pull(skb0, 4)", 5, 0)]
    [InlineData("skb_linearize(skb0)", 9, 9)]
    [InlineData("pskb_expand_head(skb0, 1, 1)", 9, 0)]
    [InlineData("skb_checksum(skb0, 1, 8)", 9, 0)]
    [InlineData("skb_copy_bits(skb0, 1, 8)", 9, 0)]
    [InlineData("kfree_skb(skb1)", 9, 0)]
    public void SharedList_Operation_LeavesTheOtherSideAlone(string operation, int length, int linear)
    {
        foreach (var sharing in new[] { "skb1 = pskb_copy(skb0)", "skb1 = skb_clone(skb0)" })
        {
            var skb = Holds($"""
                skb0 = dev_alloc_skb(hw, good, 3, 0)
                skb1 = dev_alloc_skb(hw, good, 3, 1)
                skb2 = dev_alloc_skb(hw, good, 3, 2)
                ip_frag_reasm(skb0, skb1)
                ip_frag_reasm(skb0, skb2)
                {sharing}
                {operation}
                """).World.Skb(new SkbId(0));
            Assert.Equal(length, skb.Len);
            Assert.True(linear == 0 || skb.HeadLen == linear);
        }
    }

    [Fact]
    public void Listed_SplitAndFill_AreRefused()
    {
        foreach (var operation in new[] { "skb2 = skb_split(skb0, 1)", "skb_fill_page_desc(skb0, page0, 0, 1)", "skb_append_page(skb0, low, 1, 0)" })
        {
            Assert.Equal(Refusal.NoRoom, Holds($"""
                page0 = alloc_page(low, 0)
                skb0 = dev_alloc_skb(none, bad, 3, 0)
                skb1 = dev_alloc_skb(none, bad, 3, 1)
                ip_frag_reasm(skb0, skb1)
                {operation}
                """).World.Seen.Refusal);
        }
    }

    /// <summary>A cut inside the list needs memory up to twice: for the head, and for an skb of the list that somebody shares.</summary>
    [Theory]
    [InlineData("pskb_trim(skb0, 4)", 1)]
    [InlineData("pskb_trim(skb0, 4)", 2)]
    [InlineData("pskb_may_pull(skb0, 4)", 1)]
    [InlineData("pskb_may_pull(skb0, 4)", 2)]
    public void ClonedList_WithoutMemory_KeepsItsBytes(string operation, int k) => Assert.Equal(Refusal.NoMemory, Holds($"""
            skb0 = dev_alloc_skb(none, bad, 3, 0)
            skb1 = dev_alloc_skb(none, bad, 3, 1)
            ip_frag_reasm(skb0, skb1)
            skb1 = skb_clone(skb0)
            fail_alloc({k})
            {operation}
            """).World.Seen.Refusal);

    [Theory]
    [InlineData("skb_append_page(skb0, low, 5, 0)", true)]
    [InlineData("skb_fill_page_desc(skb0, page0, 0, 5)", false)]
    public void Paged_EspOutput_WritesInPlaceOnlyWhatIsItsOwn(string fill, bool inPlace) => Assert.Equal(inPlace, Holds($"""
            page0 = alloc_page(low, 0)
            skb0 = alloc_skb(4)
            {fill}
            esp_output(skb0, 77)
            """).World.Skb(new SkbId(0)).IsNonlinear);

    [Theory]
    [InlineData("skb1 = skb_split(skb0, 1)")]
    [InlineData("skb1 = pskb_copy(skb0)")]
    [InlineData("skb1 = skb_realloc_headroom(skb0, 50)")]
    public void SharedFragments_Move_StayMarked(string move) => Assert.True(Holds($"""
            page0 = alloc_page(low, 0)
            skb0 = alloc_skb(4)
            skb_fill_page_desc(skb0, page0, 0, 5)
            {move}
            """).World.Skb(new SkbId(1)).Block.HasSharedFrags);

    public static TheoryData<string, string> Misuses => new()
    {
        { "skb_over_panic", "skb_put(skb0, 1, 0)" },
        { "skb_linear_assert", "skb_append_page(skb0, low, 1, 0)" },
        { "skb_under_panic", "skb_put(skb0, 1, 0)" },
        { "__skb_pull", "skb_append_page(skb0, low, 1, 0)" },
        { "__pskb_pull_tail", "skb_append_page(skb0, low, 1, 0)" },
        { "___pskb_trim", "skb_append_page(skb0, low, 1, 0)\nskb1 = skb_clone(skb0)" },
        { "pskb_expand_head_shared", "skb1 = skb_get(skb0)" },
        { "skb_linearize_shared", "skb1 = skb_get(skb0)" },
        { "__kfree_skb", "skb_put(skb0, 1, 0)" },
        { "skb_checksum_beyond", "skb_put(skb0, 1, 0)" },
        { "skb_copy_and_csum_beyond", "skb_put(skb0, 1, 0)" },
        { "skb_checksum_help_beyond", "skb_put(skb0, 2, 0)\ntcp_v4_send_check(skb0, 0, 0)\nskb_trim(skb0, 1)" },
        { "skb_split_into_itself", "skb_put(skb0, 1, 0)" },
    };

    [Theory]
    [MemberData(nameof(Misuses))]
    public void WrongUse_IsABug_AndTheEnd(string name, string before)
    {
        var checker = Holds($"skb0 = alloc_skb(8)\n{before}\n{name}(skb0)");
        Assert.True(checker.HasPanicked);
        Assert.Throws<ModelException>(() => checker.Apply(new KfreeSkb(new SkbId(0))));
    }

    [Fact]
    public void Each_wrong_use_is_tested() => Assert.Empty(Misuse.All.Select(misuse => misuse.Name).Except(Misuses.Select(row => (string)row[0])));

    [Fact]
    public void WrongUse_ThatReturns_IsAViolationOfItsRule()
    {
        var checker = new Checker(Profile.Tiny);
        checker.Apply(new AllocSkb(new SkbId(0), 1));
        checker.Apply(new MisuseOfSkb(new Misuse("returns", SkbRules.Room, (_, _) => true, _ => { }), new SkbId(0)));
        Assert.Equal(SkbRules.Room, Assert.Single(checker.Violations).Rule);
        Assert.False(checker.HasPanicked);
    }

    [Fact]
    public void Replay_EndsAtTheBug()
    {
        var replay = new Replay(Scripts.Tiny("skb0 = alloc_skb(8)\nskb_over_panic(skb0)\nkfree_skb(skb0)"));
        replay.Run();
        Assert.Equal(2, replay.Applied);
        Assert.Empty(replay.Violations);
    }

    /// <summary>Table and live machine of the checksum states agree for every state, event and guard.</summary>
    [Fact]
    public void ChecksumMachine_IsItsTable()
    {
        foreach (var state in Enum.GetValues<ChecksumMachine.State>())
        {
            foreach (var @event in Enum.GetValues<ChecksumMachine.Event>())
            {
                foreach (var guard in Enum.GetValues<ChecksumMachine.Guard>())
                {
                    var cell = new Machine<ChecksumMachine.State, ChecksumMachine.Event, ChecksumMachine.Guard>.Cell { State = state, Guards = (int)guard };
                    var live = ChecksumMachine.Table.Live(cell);
                    var permitted = live.CanFire(@event);
                    if (permitted)
                    {
                        live.Fire(@event);
                    }

                    Assert.Equal(permitted, ChecksumMachine.Table.TryNext(state, @event, guard, out var next));
                    Assert.Equal(cell.State, next);
                }
            }
        }
    }

    private static int Charge(string operations)
    {
        var checker = Holds($"sk0 = sk_alloc()\nskb0 = sock_wmalloc(sk0, 4)\n{operations}");
        return checker.World.Sock(new SockId(0)).WmemAlloc;
    }

    private static Checker Holds(string operations) => Scripts.Holds(Scripts.Tiny(operations));

    private static void Breaks(Rule rule, Action act) => Assert.Equal(rule, Assert.Throws<BugException>(act).Rule);
}
