using System.Text;
using ZeroCopy.Properties.Report;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Cli;

/// <summary>The folder of scripts and reports. Whether it can be written is known before a run begins; files appear complete or not at all.</summary>
internal sealed class FailureStore
{
    private readonly string _folder;
    private readonly List<string> _files = [];

    /// <summary>Looks whether the folder can be written, without leaving anything there; where it cannot, it is an <see cref="InputException"/>.</summary>
    public FailureStore(string folder)
    {
        _folder = folder;
        var existed = Directory.Exists(folder);
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".{Environment.ProcessId}.tmp");
            new FileStream(probe, FileMode.CreateNew).Dispose();
            File.Delete(probe);
            if (!existed)
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder} cannot be written: {failed.Message}");
        }
    }

    /// <summary>Every file that was written, in order.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>The script's file of a finding.</summary>
    public string ScriptOf(Finding finding) => Path.Combine(_folder, BugReport.NameOf(finding) + ".script");

    public string ReportOf(Finding finding) => Path.Combine(_folder, BugReport.NameOf(finding) + ".md");

    /// <summary>Writes script and report of each; where that fails, the script goes to standard error: nothing that was found is lost.</summary>
    public void Keep(IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            try
            {
                MakeFolder();
                Write(ScriptOf(finding), finding.Shrunk.Script.ToString());
                Write(ReportOf(finding), BugReport.Of(finding, ScriptOf(finding)));
            }
            catch (InputException)
            {
                Console.Error.Write(finding.Shrunk.Script);
                throw;
            }
        }
    }

    private void MakeFolder()
    {
        try
        {
            Directory.CreateDirectory(_folder);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{_folder} cannot be written: {failed.Message}");
        }
    }

    private void Write(string path, string text)
    {
        using var file = new OutputFile(path);
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Keep();
        _files.Add(path);
    }
}
