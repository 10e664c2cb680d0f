namespace ZeroCopy.Model.Skbs;

/// <summary>The contiguous runs of memory that a range of a packet lies in, in order: the linear part, each fragment, and the same of each skb on its list. kernel: the loop that skb_copy_bits() and skb_checksum() share.</summary>
/// <param name="skb">The packet.</param>
/// <param name="offset">First byte, from data.</param>
/// <param name="length">Bytes; the range lies in the packet.</param>
internal ref struct Pieces(Skb skb, int offset, int length)
{
    private readonly Skb _whole = skb;
    private Skb _skb = skb;
    private int _frag = -1;
    private int _listed;
    private int _offset = offset;
    private int _left = length;

    /// <summary>The run that <see cref="MoveNext"/> found.</summary>
    public Bytes Current { get; private set; }

    public readonly Pieces GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_left > 0)
        {
            if (_frag == _skb.NrFrags)
            {
                _skb = _whole.Block.FragList[_listed++];
                _frag = -1;
            }

            var run = _frag < 0 ? _skb.Linear : _skb.Frags[_frag].Bytes;
            _frag++;
            if (_offset >= run.Length)
            {
                _offset -= run.Length;
                continue;
            }

            Current = run.Slice(_offset, Math.Min(_left, run.Length - _offset));
            _left -= Current.Length;
            _offset = 0;
            return true;
        }

        return false;
    }
}
