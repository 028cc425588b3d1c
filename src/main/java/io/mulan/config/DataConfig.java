package io.mulan.config;

/**
 * The images.
 *
 * @param path where they lie; empty for the embedded sets
 * @param levels different values that a pixel can have (published: {@code vocab_size})
 */
public record DataConfig(Kind kind, String path, int levels) {

  /** Data sets. */
  public enum Kind {
    DIGITS,
    PHOTOS,
    CIFAR10,
    IMAGENET32
  }

  public DataConfig {
    Check.between("data.levels", levels, 2, 256);
  }
}
