package io.mulan.illustration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which fields have a curl, and what it has to do with bounds. */
final class FieldTest {
  private static final Mixture DATA = Illustration.data();
  private static final SharedGain NETWORK = new SharedGain(Math.log(0.3));
  private static final double[] LEVELS = {-7, -3, -1, 0.5, 4};

  @Test
  void theExactPosteriorMeanHasNoCurl() {
    for (double a : LEVELS) {
      for (double b : LEVELS) {
        assertEquals(0, DATA.kind(0).exact().curl(a, b), 1e-7);
      }
      assertEquals(0, DATA.exact().curl(a, -2), 1e-4); // by quadrature
    }
  }

  @Test
  void theExactFieldIsTheSlopeOfTheInformation() {
    double h = 1e-4;
    for (Data data : new Data[] {DATA.kind(0), DATA.kind(1), DATA}) {
      double[] field = data.exact().at(-1, -2);
      double slope1 = data.information(-1 - h, -2).value() - data.information(-1 + h, -2).value();
      double slope2 = data.information(-1, -2 - h).value() - data.information(-1, -2 + h).value();
      assertEquals(slope1 / (2 * h), field[0], 1e-5);
      assertEquals(slope2 / (2 * h), field[1], 1e-5);
    }
  }

  @Test
  void theCurlOfALimitedNetworkIsItsClosedForm() {
    Field field = DATA.field(NETWORK);
    double[] v = DATA.variances();
    for (double a : LEVELS) {
      for (double b : LEVELS) {
        double w = NETWORK.gain(a, b);
        double expected = w * (1 - w) * (1 - w) * (Math.exp(-b) * v[1] - Math.exp(-a) * v[0]) / 2;
        assertEquals(expected, field.curl(a, b), 1e-5 * (1 + Math.abs(expected)));
      }
    }
    assertTrue(Math.abs(field.curl(-1, -1)) > 0.01);
  }

  /** Green's theorem, with quadrature over the area between the paths. */
  @Test
  void theDifferenceOfTwoPathsIsTheCurlBetweenThem() {
    Field field = DATA.field(NETWORK);
    Curve line = Curve.scalar(-4, 4).get("linear");
    Curve path = Curve.multivariate(-4, 4).get("pixel 2 first");
    Quadrature t = Quadrature.unit(16);
    Quadrature s = Quadrature.unit(4);
    Curve.Points from = line.at(t.nodes());
    Curve.Points to = path.at(t.nodes());
    double sum = 0;
    for (int i = 0; i < t.nodes().length; i++) {
      double[] a = from.gamma()[i];
      double[] b = to.gamma()[i];
      double across1 = b[0] - a[0];
      double across2 = b[1] - a[1];
      for (int j = 0; j < s.nodes().length; j++) {
        double share = s.nodes()[j];
        double along1 = (1 - share) * from.rate()[i][0] + share * to.rate()[i][0];
        double along2 = (1 - share) * from.rate()[i][1] + share * to.rate()[i][1];
        double area = along1 * across2 - along2 * across1;
        double curl = field.curl(a[0] + share * across1, a[1] + share * across2);
        sum += t.weights()[i] * s.weights()[j] * curl * area;
      }
    }
    // Anticlockwise: there by the line, back by the path, which lies above it.
    Nats around = line.integral(field).minus(path.integral(field));
    assertTrue(Math.abs(sum) > 0.1);
    assertEquals(around.value(), sum, 1e-5);
  }

  @Test
  void theExcessIsWhatTheNetworkHasBeyondThePosteriorMean() {
    for (Data data : new Data[] {DATA.kind(0), DATA.kind(1), DATA}) {
      for (double a : LEVELS) {
        double[] network = data.field(NETWORK).at(a, -2);
        double[] exact = data.exact().at(a, -2);
        double[] excess = data.excess(NETWORK).at(a, -2);
        for (int i = 0; i < 2; i++) {
          assertEquals(network[i] - exact[i], excess[i], 1e-5 * (1 + network[i]));
          assertTrue(excess[i] >= 0);
        }
      }
    }
  }

  @Test
  void theNetworkIsTheBestOfItsKindForScalarSchedules() {
    double[] v = DATA.variances();
    double best = Math.log((v[0] + v[1]) / 2);
    Curve line = Curve.scalar(-10, 6).get("linear");
    double least = DATA.bound(line, new SharedGain(best)).value();
    Stream.of(-1.0, -0.1, 0.1, 1.0)
        .forEach(d -> assertTrue(DATA.bound(line, new SharedGain(best + d)).value() > least));
  }
}
