package io.mulan.readers;

import java.util.Optional;

/** Encoded pictures that lie somewhere, to be read by number, from any thread. */
interface EncodedPictures {

  /** How many there are. */
  int count();

  /** For messages. */
  String name(int number);

  /** Takes pictures, one after the other. */
  interface Use {
    void of(int number, byte[] picture);
  }

  /**
   * Reads pictures that follow one another.
   *
   * @throws io.mulan.files.ConfigException naming what can't be read
   */
  void each(int first, int count, Use use);

  /** Whether the files tell classes of them. */
  boolean haveClasses();

  /** The class of each; nothing if the files tell none. */
  Optional<int[]> labels();
}
