using BenchmarkDotNet.Attributes;
using ZeroCopy.Model.Checksums;
using ZeroCopy.Properties.Costs;

namespace ZeroCopy.Bench;

/// <summary>The checksum of a run of bytes; the baseline copies them.</summary>
[MemoryDiagnoser]
public class ChecksumBenchmarks
{
    private ArraySegment<byte> _from;
    private ArraySegment<byte> _to;

    [ParamsSource(nameof(Sizes))]
    public int Bytes { get; set; }

    public static IEnumerable<int> Sizes => ChecksumContest.Sizes;

    [GlobalSetup]
    public void Allocate() => (_from, _to) = ChecksumContest.Buffers(Bytes);

    [Benchmark(Baseline = true)]
    public void Memcpy() => _from.AsSpan().CopyTo(_to);

    [Benchmark]
    public uint Partial() => Checksum.Partial(_from, 0);
}
