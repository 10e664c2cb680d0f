using System.CommandLine;
using ZeroCopy.Cli;

var root = new RootCommand("An executable specification of Linux 2.4.4 zero-copy networking.")
{
    SendCommand.Create(),
    ReplayCommand.Create(),
    SpecCommand.Create(),
};
return Verb.Run(root, args);
