package io.mulan.data;

import java.util.Optional;

/**
 * Images that lie somewhere, to be read by number, several at once where they lie side by side. It
 * keeps nothing open, and any thread may read.
 */
interface ImageStore {

  /** How many images there are. */
  int count();

  /**
   * Reads images one after the other, as levels [count,H,W,C], to {@code target} from {@code
   * offset} on.
   *
   * @throws io.mulan.config.ConfigException naming file and place of what can't be read
   */
  void read(int first, int count, byte[] target, int offset);

  /**
   * The class of each image, 4 bytes in memory for each; nothing if the files tell none.
   *
   * @throws io.mulan.config.ConfigException naming file and place of what can't be read
   */
  default Optional<int[]> labels() {
    return Optional.empty();
  }
}
