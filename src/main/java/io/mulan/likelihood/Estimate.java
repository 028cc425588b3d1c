package io.mulan.likelihood;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.io.IOException;
import java.util.Locale;

/**
 * A mean over images in bits/dim, and its standard error.
 *
 * @param standardError not a number, in JSON null, where it is not known: of one image there is
 *     none
 */
public record Estimate(
    double bitsPerDim,
    @JsonSerialize(using = ToNull.class) @JsonDeserialize(using = FromNull.class)
        double standardError) {

  /**
   * Of a value for each image.
   *
   * @param nats one for each image
   * @param dimensions n of an image
   */
  public static Estimate of(double[] nats, int dimensions) {
    double mean = 0;
    for (double v : nats) {
      mean += v / nats.length;
    }
    double squares = 0;
    for (double v : nats) {
      squares += (v - mean) * (v - mean);
    }
    double error =
        nats.length < 2 ? Double.NaN : Math.sqrt(squares / (nats.length - 1) / nats.length);
    double unit = 1 / (dimensions * Math.log(2));
    return new Estimate(mean * unit, error * unit);
  }

  /** Whether the standard error is known. */
  public boolean hasError() {
    return !Double.isNaN(standardError);
  }

  /** Half the length of an error bar: the standard error, and nothing where there is none. */
  public double errorBar() {
    return hasError() ? standardError : 0;
  }

  /** As it is printed, such as {@code 0.7311 ± 0.0042}. */
  public String text() {
    return hasError()
        ? String.format(Locale.ROOT, "%.4f ± %.4f", bitsPerDim, standardError)
        : String.format(Locale.ROOT, "%.4f ± –", bitsPerDim);
  }

  /** JSON has no other numbers. */
  private static final class ToNull extends JsonSerializer<Double> {
    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (value.isNaN()) {
        json.writeNull();
      } else {
        json.writeNumber(value);
      }
    }
  }

  private static final class FromNull extends JsonDeserializer<Double> {
    @Override
    public Double deserialize(JsonParser json, DeserializationContext context) throws IOException {
      return json.getDoubleValue();
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
