package io.mulan.run;

import io.mulan.files.ConfigException;

/** Checks of what a caller asks for. */
final class Require {
  private Require() {}

  /**
   * @throws ConfigException naming the value, if it is outside
   */
  static void between(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new ConfigException(
          name + " is " + value + "; " + least + " to " + most + " are allowed");
    }
  }

  /**
   * @throws ConfigException naming the value, if it is less
   */
  static void atLeast(String name, long value, long least) {
    between(name, value, least, Integer.MAX_VALUE);
  }
}
