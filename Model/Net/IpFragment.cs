namespace ZeroCopy.Model.Net;

/// <summary>The place of a fragment in its datagram. RFC 791 section 3.2.</summary>
/// <param name="Id">The datagram's number.</param>
/// <param name="Offset">Bytes of the datagram, its UDP header with them, that stand before it: a multiple of 8.</param>
/// <param name="More">It is not the last.</param>
public readonly record struct IpFragment(ushort Id, int Offset, bool More);
