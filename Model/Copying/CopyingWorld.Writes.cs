namespace ZeroCopy.Model.Copying;

/// <content>Files that change, and what of that a frame may show: each byte is one that its page held while the transmission could read it.</content>
public sealed partial class CopyingWorld
{
    /// <summary>The number of the next write, from 1.</summary>
    public int NextWrite() => ++Writes;

    /// <summary>Stores bytes in a file, which may grow.</summary>
    /// <param name="id">The file.</param>
    /// <param name="write">Number of the write.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="bytes">What is stored.</param>
    public void Write(FileId id, int write, long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            ForgetVersions();
            var file = _files[id.Value];
            var before = file.Length;
            file.Write(write, offset, bytes);
            if (file.Length != before)
            {
                Names.Resize(id, file.Length);
                FollowFile();
            }
        }
    }

    /// <summary>Sets the size of a file.</summary>
    public void Truncate(FileId id, int write, long length)
    {
        ForgetVersions();
        if (length < _files[id.Value].Length)
        {
            LeaveFile(id, (length + profile.PageSize - 1) / profile.PageSize);
        }

        _files[id.Value].Truncate(write, length);
        Names.Resize(id, length);
        FollowFile();
    }

    private bool WasWritten(DueFrame due)
    {
        foreach (var run in due.Runs)
        {
            if (run.IsOfFile && _files[run.File.Value].LastWrite > run.Call)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What a tap read, of the bytes that it may have read.</summary>
    private void TakeOver(DueFrame due, ReadOnlySpan<byte> read)
    {
        var at = due.Headers;
        var until = due.Linearized ? due.Planned : Writes;
        foreach (var run in due.Runs)
        {
            for (var i = 0; i < run.Count; i++, at++)
            {
                if (run.IsOfFile && run.ByReference && _files[run.File.Value].HadValue(run.Offset + i, run.Call, until, read[at]))
                {
                    due.Bytes.Span[at] = read[at];
                }
            }
        }
    }

    /// <summary>Files were written since the call. What the frame shows of that is taken over, byte by byte, where this path may read it: sent by reference, and written between the call and the private copy, or else the device's reading. Whatever else differs stays as it was at the call.</summary>
    private void TakeOver(DueFrame due, Frame frame)
    {
        due.IsOpen = true;
        if (frame.Length != due.Frame.Length)
        {
            return;
        }

        var at = due.Headers;
        var until = due.Linearized ? due.Planned : Writes;
        foreach (var run in due.Runs)
        {
            for (var i = 0; i < run.Count; i++, at++)
            {
                if (!run.IsOfFile)
                {
                    continue;
                }

                TakeOver(due, run, run.Offset + i, until, frame, at);
            }
        }

        if (!due.SeedOnly && due.Runs.Exists(run => run.ByReference))
        {
            Sum(due);
        }
    }

    private void TakeOver(DueFrame due, in AcceptedRun run, long offset, int until, Frame frame, int at)
    {
        var file = _files[run.File.Value];
        var value = frame.Span[at];
        var mark = profile.Provenance ? frame.Shadow[at] : default;
        if (!run.ByReference)
        {
            MarkStray(due, at, value == due.Bytes.Span[at] && (!profile.Provenance || mark == due.Bytes.Shadow[at]));
            return;
        }

        var held = file.WriteAt(offset, Until(file, run, offset, until));
        bool isAdmitted;
        bool isHeld;
        if (profile.Provenance)
        {
            isAdmitted = mark == Provenance.OfFile(run.File, offset, mark.Write) && file.Had(offset, run.Call, until, mark.Write) && value == file.ValueOf(offset, mark.Write);
            isHeld = mark.Write == held;
        }
        else
        {
            isAdmitted = file.HadValue(offset, run.Call, until, value);
            isHeld = value == file.ValueOf(offset, held);
        }

        MarkStray(due, at, isAdmitted);
        if (!isAdmitted)
        {
            return;
        }

        // A card that goes on one access at a time has read before it sends: a write may lie between.
        due.Outdated = due.Outdated < 0 && !isHeld && !Names.IsInterleaved(frame.Device) ? at : due.Outdated;
        due.ShowsWrite |= held > run.Call;
        due.Bytes.Span[at] = value;
        if (profile.Provenance)
        {
            due.Bytes.Shadow[at] = mark;
        }
    }

    private static void MarkStray(DueFrame due, int at, bool isRight) => due.Stray = due.Stray < 0 && !isRight ? at : due.Stray;

    /// <summary>The last write that reaches the page of a byte that went by reference.</summary>
    private int Until(CopyingFile file, in AcceptedRun run, long offset, int until) => file.Reached(offset - (offset % PageSize), run.Call, until);

    /// <summary>The device sums what it reads, and the CPU its private copy. Pages that stay shared it sums as they are, and the field stays so when they are written.</summary>
    private void Sum(DueFrame due)
    {
        if (!due.Summed || due.Linearized)
        {
            CopyingFrames.WriteTcpCheck(due.Bytes.Span);
            return;
        }

        Array.Resize(ref _summed, Math.Max(_summed.Length, due.Frame.Length));
        var summed = _summed.AsSpan(0, due.Frame.Length);
        due.Frame.Span.CopyTo(summed);
        var at = due.Headers;
        foreach (var run in due.Runs)
        {
            if (!run.IsOfFile)
            {
                at += run.Count;
                continue;
            }

            var file = _files[run.File.Value];
            for (var i = 0; i < run.Count; i++, at++)
            {
                if (run.ByReference)
                {
                    summed[at] = file.ValueOf(run.Offset + i, file.WriteAt(run.Offset + i, Until(file, run, run.Offset + i, due.Planned)));
                }
            }
        }

        due.IsStale = !summed[due.Headers..].SequenceEqual(due.Frame.Span[due.Headers..]);
        CopyingFrames.WriteTcpCheck(summed);
        summed[..due.Headers].CopyTo(due.Bytes.Span);
    }

    /// <summary>Nothing is on the way and nothing waits to be acknowledged: nobody will ask what a byte was before.</summary>
    private void ForgetVersions()
    {
        for (var name = 0; name < _flows.Count; name++)
        {
            if (Outstanding > 0 || HasTapped || (_flows.Has(name) && _flows[name].Kept < _flows[name].Accepted))
            {
                return;
            }
        }

        for (var name = 0; name < _files.Count; name++)
        {
            if (_files.Has(name))
            {
                _files[name].Forget();
            }
        }
    }

    private bool HasTapped
    {
        get
        {
            for (var name = 0; name < _taps.Count; name++)
            {
                if (_taps.Has(name) && _taps[name].Count > 0)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
