using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

// Results go beside the program: nothing is left in the folder from which it was started.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(
    args, DefaultConfig.Instance.WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "BenchmarkDotNet.Artifacts")));
