using System.Net.Sockets;
using System.Text;
using ZeroCopy.Cli;
using ZeroCopy.Cli.Qemu;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Conform;

/// <summary>What the other end of the qtest connection may do wrong.</summary>
public sealed class QtestLinkTests : IDisposable
{
    private readonly List<Socket> _peers = [];

    public void Dispose() => _peers.ForEach(peer => peer.Dispose());

    [Theory]
    [InlineData("OK\nOK 0x0102\n", null)]
    [InlineData("IRQ raise 3\nOK\nIRQ lower 3\nOK 0x0102\n", null)]
    [InlineData("OK\nOK 0x01\n", "QEMU answers 'OK 0x01' where OK and 2 bytes is due")]
    [InlineData("OK\nOK 0x01zz\n", "QEMU answers 'OK 0x01zz'")]
    [InlineData("OK\nOK\n", "QEMU answers 'OK' where OK and 2 bytes is due")]
    [InlineData("FAIL unknown\n", "QEMU answers 'FAIL unknown' where OK is due")]
    [InlineData("OK 0x0102\n", "QEMU answers 'OK 0x0102' where OK is due")]
    public void Answer_IsWhatIsDue_OrNamed(string answer, string? message)
    {
        using var link = Link(answer, closes: true);
        link.Write(0, [1]);
        link.Read(0, 2);
        if (message is null)
        {
            Assert.Equal([1, 2], Assert.Single(link.Flush()));
        }
        else
        {
            Assert.StartsWith(message, Assert.Throws<AdapterException>(() => link.Flush()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Answer_EndOfStream_IsSaid()
    {
        using var link = Link("OK", closes: true);
        link.Write(0, [1]);
        Assert.Equal("QEMU has closed the connection", Assert.Throws<AdapterException>(() => link.Flush()).Message);
    }

    [Fact]
    public void Answer_ThatDoesNotCome_IsSaid()
    {
        using var link = Link("", closes: false);
        link.Write(0, [1]);
        Assert.Equal("QEMU has not answered for 0.2 s", Assert.Throws<AdapterException>(() => link.Flush()).Message);
    }

    [Fact]
    public void Frame_ThatIsDue_AndDoesNotCome_IsSaid()
    {
        using var link = Link("", closes: false);
        Assert.Null(link.Frame(isDue: false));
        Assert.Contains("its frame has not come within 0.2 s", Assert.Throws<AdapterException>(() => link.Frame(isDue: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Program_WithoutQemu_SaysWhatIsMissing()
    {
        var (status, output, error) = Zcverify.RunInShell($"PATH={Path.GetDirectoryName(Environment.ProcessPath)} {Environment.ProcessPath} {Zcverify.Spelled("conform", "qemu-hme", "--json")["dotnet ".Length..]}");
        Assert.Equal(3, status);
        Assert.Equal("zcverify: qemu-system-sparc64 is not on the PATH; Debian has it in the package qemu-system-sparc", error.TrimEnd());
        Assert.Contains("\"result\":\"harness-error\"", output, StringComparison.Ordinal);
        Assert.Contains("\"available\":false", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo 'QEMU emulator version 7.2.22'; [ \"$1\" = --version ] || { echo 'no machine today' >&2; exit 4; }", "QEMU ended before it connected; QEMU has ended with status 4; its standard error says: no machine today")]
    [InlineData("echo 'no version today'", "says 'no version today', which is no version of QEMU")]
    public void Program_WithAnotherQemu_SaysWhatItDoes(string script, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["qemu-system-sparc64"], $"#!/bin/bash\n{script}\n");
        var (status, _, error) = Zcverify.RunInShell($"chmod +x {folder["qemu-system-sparc64"]}; PATH={folder[""]}:$PATH {Zcverify.Spelled("conform", "qemu-hme")}");
        Assert.Equal(3, status);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    private QtestLink Link(string answer, bool closes)
    {
        using var folder = new TemporaryFolder();
        var frames = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        frames.Bind(new UnixDomainSocketEndPoint(folder["rx"]));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(folder["qt"]));
        listener.Listen(1);
        var ours = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        ours.Connect(new UnixDomainSocketEndPoint(folder["qt"]));
        var theirs = listener.Accept();
        _peers.Add(theirs);
        theirs.Send(Encoding.ASCII.GetBytes(answer));
        if (closes)
        {
            theirs.Shutdown(SocketShutdown.Send);
        }

        return new QtestLink(ours, frames, TimeSpan.FromSeconds(0.2));
    }
}
