package io.mulan.export;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/** The model that comes with the project says what the program says of the same weights. */
@Tag("repeatable")
final class ServedDigitsTest extends ServedModelTest {
  @Override
  int scoreTimes() {
    return 16;
  }

  @Override
  Path folder() {
    return Bundle.DIGITS;
  }
}
