package io.mulan.cli;

import io.mulan.console.ExitCode;
import io.mulan.files.ConfigException;
import io.mulan.frechet.FeatureNetwork;
import io.mulan.frechet.FeatureStatistics;
import io.mulan.frechet.Features;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code mulan fid}: the Fréchet distance between two sets of images. */
final class FidCommand implements Command {
  private static final int BATCH = 50;

  @Override
  public String name() {
    return "fid";
  }

  @Override
  public String summary() {
    return "measure the Fréchet distance between two sets of images";
  }

  @Override
  public List<String> arguments() {
    return List.of("SAMPLES", "REFERENCE");
  }

  @Override
  public String examples() {
    return """
          mulan fid samples.npz reference.npz --features classify_image_graph_def.pb   the usual network
          mulan fid samples.npz images/ --features MODEL --save statistics.npz         keep mu and sigma
          mulan fid samples.npz statistics.npz --features MODEL                        of images/, again
          mulan fid samples.npz images/                                                of pixels, for a check
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .value("features", "MODEL", "a GraphDef or the folder of a SavedModel (pixels)")
        .value("input", "TENSOR", "of a GraphDef: images, float32 [B,H,W,3] (ExpandDims:0)")
        .value(
            "output",
            "TENSOR",
            "the features, of a GraphDef (pool_3:0) or a SavedModel (its only output)")
        .value("range", "LOW,HIGH", "the input of black and of white (0,255)")
        .value("batch", "N", "images at once (50)")
        .value("save", "FILE", "keep mu and sigma of REFERENCE, as npz");
  }

  @Override
  public int run(Arguments given) {
    int batch = given.count("batch", BATCH, 1);
    Path first = given.path(0);
    Path second = given.path(1);
    try (Features features = features(given)) {
      FeatureStatistics samples = features.statistics(first, batch);
      FeatureStatistics reference = features.statistics(second, batch);
      if (samples.dimensions() != reference.dimensions()) {
        throw new ConfigException(
            "%s has %d features and %s has %d; both must come from one network, and of pixels from one size"
                .formatted(first, samples.dimensions(), second, reference.dimensions()));
      }
      if (given.has("save")) {
        reference.write(given.path("save"));
      }
      given
          .out()
          .printf(
              "Fréchet distance %.8g between %s and %s; %d features: %s%n",
              samples.distance(reference), first, second, reference.dimensions(), features.name());
      return ExitCode.OK;
    }
  }

  private static Features features(Arguments given) {
    if (!given.has("features")) {
      for (String option : List.of("input", "output", "range")) {
        given.refuse(option, "goes with --features");
      }
      return Features.pixels();
    }
    return FeatureNetwork.open(
        given.path("features"),
        Optional.ofNullable(given.text("input")),
        Optional.ofNullable(given.text("output")),
        range(given.text("range", "0,255")));
  }

  private static FeatureNetwork.Range range(String text) {
    try {
      String[] ends = text.split(",", -1);
      if (ends.length == 2) {
        return new FeatureNetwork.Range(Float.parseFloat(ends[0]), Float.parseFloat(ends[1]));
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new Arguments.UsageException(
        "--range is '" + text + "'; allowed are two numbers, such as -1,1");
  }
}
