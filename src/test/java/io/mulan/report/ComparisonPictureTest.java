package io.mulan.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.drawing.Plot;
import io.mulan.report.ComparedPreset.Run.State;
import io.mulan.training.Metrics.Curve;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class ComparisonPictureTest {
  private static final int FIRST = 0xff0072b2;
  private static final int SECOND = 0xffd55e00;
  private static final int OPEN = 0xff009e73;

  private static ComparedPreset.Run run(String preset, State state, double... values) {
    double[] steps = new double[values.length];
    Arrays.setAll(steps, i -> 10.0 * (i + 1));
    return new ComparedPreset.Run(
        preset, 0, Path.of(preset), state, "", new Curve(steps, steps, values));
  }

  private static Plot picture(ComparedPreset.Run... runs) {
    List<ComparedPreset> presets =
        Arrays.stream(runs).map(r -> new ComparedPreset(r.preset(), List.of(r))).toList();
    return ComparisonReport.Picture.of(Comparison.of(presets, OptionalDouble.empty()), "title");
  }

  private static long pixels(Plot plot, int color) {
    BufferedImage picture = plot.picture(1);
    int width = picture.getWidth();
    int[] all = picture.getRGB(0, 0, width, picture.getHeight(), null, 0, width);
    return Arrays.stream(all).filter(p -> p == color).count();
  }

  @Test
  void finishedRunsAreLinesAgainstStepsAndAgainstSeconds() {
    Plot plot = picture(run("a", State.FINISHED, 9, 4, 3), run("b", State.FINISHED, 9, 5, 4));
    assertEquals(1360, plot.width());
    assertTrue(pixels(plot, FIRST) > 300, "pixels of the first: " + pixels(plot, FIRST));
    assertTrue(pixels(plot, SECOND) > 100, "pixels of the second: " + pixels(plot, SECOND));
    assertEquals(0, pixels(plot, OPEN));
  }

  @Test
  void aRunThatDivergedIsDrawnWithWhatItHas() {
    Plot plot =
        picture(
            run("a", State.FINISHED, 9, 4, 3),
            run("b", State.FINISHED, 9, 5, 4),
            run("c", State.DIVERGED, 7, 6));
    assertTrue(pixels(plot, OPEN) > 100, "pixels of the third: " + pixels(plot, OPEN));
    assertTrue(pixels(picture(run("c", State.DIVERGED, 7)), FIRST) > 20, "a mark of one point");
  }

  @Test
  void withoutMeasurementsThePictureIsEmpty() {
    assertEquals(0, pixels(picture(run("a", State.UNFINISHED)), FIRST));
  }
}
