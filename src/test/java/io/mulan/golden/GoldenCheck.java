package io.mulan.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/**
 * Compares a model with a case: in float32 within a multiple of the published code's own rounding,
 * and in double precision almost exactly.
 */
public final class GoldenCheck {
  /** Of gradients and weights, by norm. */
  private static final double BY_PARAMETER = 1e-3;

  /**
   * Of double precision results, whose rounding the Fourier features magnify; or the published
   * code's error in float32, where cancellation leaves little of either.
   */
  private static final double DOUBLES = 1e-7;

  /**
   * Of a float32 result that stands for one in double precision, which is too large to be stored.
   */
  private static final double STAND_IN = 0.1;

  /** Gradients that are zero but for rounding are measured against this part of the largest one. */
  private static final double NEGLIGIBLE = 1e-5;

  private final GoldenCase golden;
  private final CaseResults doubles;
  private final CaseResults floats;
  private final List<Agreement> all = new ArrayList<>();
  private final List<Agreement> inDouble = new ArrayList<>();
  private final List<Agreement> reported = new ArrayList<>();

  private GoldenCheck(GoldenCase golden, CaseResults doubles, CaseResults floats) {
    this.golden = golden;
    this.doubles = doubles;
    this.floats = floats;
  }

  static void check(GoldenCase golden, CaseModel model) {
    check(golden, run(golden, TFloat64.class, model), run(golden, TFloat32.class, model));
  }

  /** Compares what was computed in both float types. */
  public static void check(GoldenCase golden, CaseResults doubles, CaseResults floats) {
    GoldenCheck check = new GoldenCheck(golden, doubles, floats);
    check.results();
    doubles.groups().forEach(check::byParameter);
    check.reported.add(GoldenReport.worst("in double", check.inDouble));
    check.all.addAll(check.inDouble);
    GoldenReport.require(golden, check.reported, check.all);
  }

  private static <T extends TFloating> CaseRun run(
      GoldenCase golden, Class<T> type, CaseModel model) {
    try (CaseGraph<T> graph = new CaseGraph<>(golden, type)) {
      model.build(graph);
      return graph.run();
    }
  }

  private void results() {
    List<Agreement> inner = new ArrayList<>();
    for (String name : doubles.names()) {
      if (GoldenCase.isByParameter(name)) {
        continue;
      }
      double[] published = golden.array("out/" + name).toDoubles();
      double[] own = doubles.values(name);
      Optional<double[]> exact = golden.exact(name);
      double[] truth = exact.orElse(own);
      double scale = Agreement.scale(truth);
      double error = Vectors.distance(published, truth) / scale;
      inDouble.add(
          new Agreement(
              name,
              Vectors.size(exact.orElse(published)),
              Vectors.size(own),
              error,
              exact.isPresent() ? Vectors.distance(own, truth) / scale : error,
              exact.isPresent() ? Math.max(error, DOUBLES) : STAND_IN));
      Agreement a = Agreement.of(name, published, truth, floats.values(name));
      all.add(a);
      (name.startsWith("inner/") ? inner : reported).add(a);
    }
    if (!inner.isEmpty()) {
      reported.add(GoldenReport.worst("tensors inside", inner));
    }
  }

  private void byParameter(String group) {
    String statistics = GoldenCase.statisticsOf(group);
    List<String> names = golden.gradientNames(statistics);
    double[] published = golden.array("out/" + statistics).toDoubles();
    double[] truth = golden.exact(statistics).orElse(published);
    double largest = 0;
    for (int k = 0; k < names.size(); k++) {
      largest = Math.max(largest, Statistics.row(truth, k).norm());
    }
    List<Agreement> agreements = new ArrayList<>();
    for (int k = 0; k < names.size(); k++) {
      String name = group + "/" + names.get(k);
      double[] own = doubles.values(name);
      Statistics exact = Statistics.row(truth, k);
      double size = Math.max(exact.norm(), NEGLIGIBLE * largest);
      double error = Statistics.row(published, k).distance(exact) / size;
      double limit = golden.exact(statistics).isPresent() ? Math.max(error, DOUBLES) : STAND_IN;
      Statistics mine = Statistics.of(own, k);
      double distance = mine.distance(exact) / size;
      inDouble.add(new Agreement(name, exact.norm(), mine.norm(), error, distance, limit));
      if (golden.has("out/" + group + "error")) {
        error = golden.array("out/" + group + "error").toDoubles()[k] / size;
      } else if (golden.has("out/" + name)) {
        error = Vectors.norm(golden.array("out/" + name).toDoubles(), own) / size;
      }
      double[] single = floats.values(name);
      agreements.add(
          new Agreement(
              name,
              exact.norm(),
              Vectors.size(single),
              error,
              Vectors.norm(single, own) / size,
              Agreement.allowed(error, BY_PARAMETER)));
    }
    all.addAll(agreements);
    String label = group.startsWith("grad") ? "gradients" : group;
    reported.add(GoldenReport.worst(label, agreements));
  }
}
