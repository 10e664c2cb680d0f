using System.Globalization;
using ZeroCopy.Bench.Shrinking;

// [SEEDS] [BUG...]
var hasSeeds = args.Length > 0 && int.TryParse(args[0], CultureInfo.InvariantCulture, out _);
return ShrinkContest.Run(hasSeeds ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100, hasSeeds ? args[1..] : args) ? 0 : 1;
