return ZeroCopy.Cli.CommandLine.Run(args, mutant: null);
