using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties;

/// <summary>The language of scripts: every kind of operation there is.</summary>
public static class Language
{
    public static readonly IReadOnlyList<Spelling> All =
    [
        Model.Pages.AllocPage.Spelling,
        PutPage.Spelling,
        OpenFile.Spelling,
        ReclaimPages.Spelling,
        GenericFileWrite.Spelling,
        Vmtruncate.Spelling,
        Fsync.Spelling,
        FailAlloc.Spelling,

        Model.Skbs.AllocSkb.Spelling,
        SkbReserve.Spelling,
        SkbPut.Spelling,
        SkbPush.Spelling,
        SkbPull.Spelling,
        Model.Skbs.PskbPull.Spelling,
        PskbMayPull.Spelling,
        SkbTrim.Spelling,
        PskbTrim.Spelling,
        SkbFillPageDesc.Spelling,
        SkbClone.Spelling,
        SkbCopy.Spelling,
        Model.Skbs.PskbCopy.Spelling,
        SkbGet.Spelling,
        KfreeSkb.Spelling,
        PskbExpandHead.Spelling,
        SkbLinearize.Spelling,
        SkbSplit.Spelling,
        SkbCopyBits.Spelling,
        SkbChecksum.Spelling,
        Model.Skbs.SkbCopyExpand.Spelling,
        SkbReallocHeadroom.Spelling,
        SkbCow.Spelling,
        SkbCopyAndCsumBits.Spelling,
        TcpV4SendCheck.Spelling,
        SkbChecksumHelp.Spelling,
        SkbShareCheck.Spelling,
        SkbUnshare.Spelling,
        SkAlloc.Spelling,
        SockWmalloc.Spelling,
        SkbOrphan.Spelling,
        DevKfreeSkbIrq.Spelling,
        NetTxAction.Spelling,
        SkbPadto.Spelling,
        TcpRetransTryCollapse.Spelling,
        DevAllocSkb.Spelling,
        SkbPullRcsum.Spelling,
        PskbTrimRcsum.Spelling,
        TcpChecksumComplete.Spelling,
        IpFragReasm.Spelling,
        SkbAppendPage.Spelling,
        EspOutput.Spelling,
        .. Misuse.All.Select(misuse => misuse.Spelling),

        RegisterNetdev.Spelling,
        DevFeatures.Spelling,
        TcpConnect.Spelling,
        UdpConnect.Spelling,
        Sendfile.Spelling,
        TcpSendmsg.Spelling,
        UdpSendmsg.Spelling,
        TcpRetransmitTimer.Spelling,
        TcpClose.Spelling,
        DeviceRun.Spelling,
        Interrupt.Spelling,
        NetifRx.Spelling,
    ];
}
