using ZeroCopy.Model;
using ZeroCopy.Properties.Explore;

namespace ZeroCopy.Tests.Explore;

/// <summary>A slow engine that is hard to get wrong: each state keeps both of its worlds, and is known by its whole text.</summary>
internal sealed class WholeWorlds(ExploreMix mix)
{
    private WorldExplored? _spare;

    public (int States, int Transitions) Count(int depth)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var level = new List<(WorldExplored World, int Start, List<int> Events)>();
        for (var start = 0; start < mix.Starts.Count; start++)
        {
            Keep(start, [], level, known);
        }

        var transitions = 0;
        for (; depth > 0; depth--)
        {
            var next = new List<(WorldExplored World, int Start, List<int> Events)>();
            foreach (var (world, start, events) in level)
            {
                for (var e = 0; e < mix.Operations.Count; e++)
                {
                    if (world.Enabled(e))
                    {
                        transitions++;
                        Keep(start, [.. events, e], next, known);
                    }
                }
            }

            level = next;
        }

        return (known.Count, transitions);
    }

    private void Keep(int start, List<int> events, List<(WorldExplored World, int Start, List<int> Events)> level, HashSet<string> known)
    {
        var world = _spare ?? new WorldExplored(mix, Profile.Tiny);
        world.Reset(start);
        events.ForEach(world.Apply);
        if (known.Add(ExactText.Of(world.Checker)))
        {
            level.Add((world, start, events));
            _spare = null;
        }
        else
        {
            _spare = world;
        }
    }
}
