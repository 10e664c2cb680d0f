using System.Buffers.Binary;
using ZeroCopy.Model;

namespace ZeroCopy.Cli;

/// <summary>Frames on disk, for analysers: pcap, link type Ethernet, timestamp = frame number in microseconds. Format: the libpcap file format, pcap-savefile(5).</summary>
internal sealed class PcapWriter
{
    private const uint Magic = 0xa1b2c3d4;
    private const int HeaderBytes = 24;
    private const int RecordBytes = 16;
    private const uint SnapLength = 65535;
    private const uint LinkTypeEthernet = 1;
    private const long MicrosecondsPerSecond = 1_000_000;

    private readonly OutputFile _file;
    private long _frames;

    public PcapWriter(OutputFile file)
    {
        _file = file;
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], SnapLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], LinkTypeEthernet);
        file.Write(header);
    }

    public void Write(FrameLog frames)
    {
        Span<byte> record = stackalloc byte[RecordBytes];
        for (var i = 0; i < frames.Count; i++)
        {
            var frame = frames[i].Span;
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(_frames / MicrosecondsPerSecond));
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(_frames % MicrosecondsPerSecond));
            BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)frame.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)frame.Length);
            _file.Write(record);
            _file.Write(frame);
            _frames++;
        }
    }
}
