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
        FailAlloc.Spelling,

        Model.Skbs.AllocSkb.Spelling,
        SkbReserve.Spelling,
        SkbPut.Spelling,
        SkbPush.Spelling,
        SkbPull.Spelling,
        PskbPullTail.Spelling,
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

        TcpDisconnect.Spelling,
        TcpOutOfResources.Spelling,
        PeerReset.Spelling,
        PeerWindow.Spelling,
        IcmpFragNeeded.Spelling,
        RtCacheFlush.Spelling,
        NfHook.Register,
        NfHook.Unregister,
        PacketBind.Spelling,
        PacketRecvmsg.Spelling,
        PacketRelease.Spelling,
        XmitBusy.Spelling,
        RedMark.Spelling,
    ];
}
