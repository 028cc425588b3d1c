package io.mulan.cli;

import io.mulan.console.Countdown;
import io.mulan.console.ExitCode;
import io.mulan.console.Terminal;
import io.mulan.illustration.Illustration;
import io.mulan.illustration.Illustration.Given;
import io.mulan.illustration.Illustration.Learned;
import io.mulan.illustration.IllustrationPictures;
import io.mulan.illustration.Nats;
import io.mulan.results.OutFolder;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** {@code mulan illustrate}: where the gain of learned noise comes from, on two pixels. */
final class IllustrateCommand implements Command {
  private static final int STEPS = 1500;
  private static final String FOLDER = "illustration";

  @Override
  public String name() {
    return "illustrate";
  }

  @Override
  public String summary() {
    return "show on two pixels why noise is learned: numbers and pictures";
  }

  @Override
  public String examples() {
    return """
          mulan illustrate                      three statements, pictures into illustration/
          mulan illustrate --seed 1 --out DIR   other initial weights and times, elsewhere
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .value("out", "DIR", "where to write pictures (illustration)")
        .value("seed", "N", "of initial weights and times (0)")
        .value("steps", "N", "of each of the three trainings (" + STEPS + ")");
  }

  @Override
  public int run(Arguments given) {
    Terminal terminal = given.terminal();
    Path out = given.typed(given.text("out", FOLDER));
    int steps = given.count("steps", STEPS, 1);
    long seed = given.seed();
    OutFolder.requireWritable(out.resolve("paths.png"));
    terminal.watch("stopping");
    log().info("training three schedules of two pixels...");
    try (Illustration illustration = new Illustration(steps, seed)) {
      Countdown countdown = new Countdown(terminal, "step", illustration.steps(), 0);
      boolean whole = illustration.learn(terminal::asked, countdown::at);
      countdown.end();
      if (!whole) {
        log().info("interrupted: nothing is written");
        return ExitCode.INTERRUPTED;
      }
      print(illustration, given.out());
      List<String> names = new IllustrationPictures(illustration).write(out);
      given
          .out()
          .println(
              "\nfiles: " + out + " (" + String.join(", ", names) + "; each as .png and .svg)");
    }
    return ExitCode.OK;
  }

  private static void print(Illustration i, PrintStream out) {
    out.println("images of two pixels, of two kinds; all numbers in nats an image");
    out.println("entropy, the least that a bound can be: " + text(i.entropy()));
    out.println("\n1. Scalar schedules: one network has one bound, for any shape");
    row(out, "", "limited network", "exact posterior mean");
    for (Given g : i.scalar()) {
      row(out, g.name(), text(g.network()), text(g.exact()));
    }
    out.println(
        "\n2. Exact posterior mean: on every path the bound is the entropy; not so for the network");
    row(out, "", "limited network", "exact posterior mean", "exact, images of kind 1");
    for (Given g : i.multivariate()) {
      row(out, g.name(), text(g.network()), text(g.exact()), text(g.gaussian()));
    }
    row(out, "entropy", "", text(i.entropy()), text(i.gaussianEntropy()));
    out.println("\n3. Limited network, trained with its schedule: the path matters");
    row(out, "", "bound", "gain over scalar", "excess error on the path");
    Nats scalar = i.learned().get(0).bound();
    for (Learned l : i.learned()) {
      row(out, l.name(), text(l.bound()), text(scalar.minus(l.bound())), text(l.excess()));
    }
    out.println(
        "   Bound = entropy + excess error. The adaptive one has "
            + text(i.learned().get(2).latentCost())
            + " for its latent in it.");
    out.println("   It is the path: on a scalar schedule these networks have the bounds");
    for (Learned l : i.learned()) {
      row(out, l.name(), text(l.straight()));
    }
  }

  private static void row(PrintStream out, String name, String... columns) {
    StringBuilder row = new StringBuilder(String.format("   %-22s", name));
    for (String column : columns) {
      row.append(String.format("%-25s", column));
    }
    out.println(row.toString().stripTrailing());
  }

  private static String text(Nats n) {
    return n.error() == 0
        ? String.format(Locale.ROOT, "%.6f", n.value())
        : String.format(Locale.ROOT, "%.6f ± %.0e", n.value(), n.error());
  }
}
