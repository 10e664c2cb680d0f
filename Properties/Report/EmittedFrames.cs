using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Report;

/// <summary>What is on the wire while a script is replayed.</summary>
public static class EmittedFrames
{
    /// <summary>Replays a script up to its first violation and hands out the frames of both directions after each step that has some; they are valid until it returns.</summary>
    public static void Of(Script script, Action<FrameLog> frames)
    {
        var checker = new Checker(script.Header.Profile, Suites.LawsFor(script.Header));
        checker.AfterEach = () =>
        {
            if (checker.World.Seen.Frames.Count > 0)
            {
                frames(checker.World.Seen.Frames);
            }
        };
        foreach (var operation in script.Operations)
        {
            checker.Apply(operation);
            if (checker.Violations.Count > 0 || checker.HasPanicked)
            {
                break;
            }
        }
    }

    /// <summary>How many there are.</summary>
    public static int Count(Script script)
    {
        var count = 0;
        Of(script, frames => count += frames.Count);
        return count;
    }
}
