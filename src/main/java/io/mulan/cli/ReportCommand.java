package io.mulan.cli;

import io.mulan.cli.Arguments.UsageException;
import io.mulan.console.ExitCode;
import io.mulan.console.Terminal;
import io.mulan.report.ReportedRun;
import io.mulan.report.RunReport;
import io.mulan.results.OutFolder;
import io.mulan.run.TrainedRun;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** {@code mulan report}: all that is known of runs, in one page that opens anywhere. */
final class ReportCommand implements Command {
  private static final String PAGE = "report.html";
  private static final int SAMPLES = 16;
  private static final int STEPS = 64;
  private static final int IMAGES = 64;

  @Override
  public String name() {
    return "report";
  }

  @Override
  public String summary() {
    return "one page of HTML with all that is known of runs";
  }

  @Override
  public List<String> arguments() {
    return List.of("RUN" + MORE);
  }

  @Override
  public String examples() {
    return """
      mulan report runs/digits                         runs/digits/report.html
      mulan report runs/digits runs/digits-vdm         runs side by side, in report.html
      mulan report runs/digits --samples 64 --steps 256   more images, in more steps
      mulan report runs/digits --samples 0 --images 0  what is there already; in seconds
    """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .value(
            "samples",
            "N",
            "how many images to draw of each run (16; 0 where mulan sample left some)")
        .value("steps", "T", "to draw them in (64)")
        .value("images", "N", "how many test images to show the schedule on (64; 0 leaves it out)")
        .value("out", "FILE", "the page (RUN/report.html; of several runs: report.html)");
  }

  @Override
  public int run(Arguments given) {
    int steps = given.count("steps", STEPS, 1);
    int samples = given.count("samples", SAMPLES, 0);
    int images = given.count("images", IMAGES, 0);
    List<ReportedRun> runs = runs(given);
    try {
      Path file = out(given, runs);
      OutFolder.requireWritable(file);
      Terminal terminal = given.terminal();
      terminal.watch("stopping");
      return new RunReport(runs, samples, given.has("samples"), steps, images, terminal)
              .write(file, given.out()::println)
          ? ExitCode.OK
          : ExitCode.INTERRUPTED;
    } finally {
      runs.forEach(run -> run.trained().ifPresent(TrainedRun::close));
    }
  }

  private static Path out(Arguments given, List<ReportedRun> runs) {
    if (given.has("out")) {
      return given.path("out");
    }
    return runs.size() > 1 ? given.typed(PAGE) : runs.get(0).path().resolve(PAGE);
  }

  /** Called by the names of their folders, or by their paths where those are the same. */
  private static List<ReportedRun> runs(Arguments given) {
    List<String> arguments = given.words();
    List<Path> paths = arguments.stream().map(a -> given.typed(a).normalize()).distinct().toList();
    if (paths.size() < arguments.size()) {
      throw new UsageException("a run is named twice; name each once (mulan report --help)");
    }
    List<String> folders =
        paths.stream().map(p -> String.valueOf(p.toAbsolutePath().getFileName())).toList();
    boolean distinct = folders.stream().distinct().count() == folders.size();
    return IntStream.range(0, paths.size())
        .mapToObj(
            i ->
                ReportedRun.read(
                    paths.get(i), visible(distinct ? folders.get(i) : paths.get(i).toString())))
        .toList();
  }

  /** Charts cannot have what is not a letter. */
  private static String visible(String name) {
    return name.replaceAll("\\p{Cntrl}", "?");
  }
}
