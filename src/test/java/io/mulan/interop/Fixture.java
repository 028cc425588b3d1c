package io.mulan.interop;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.training.RunState;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A small checkpoint that the published code trained and Flax wrote (scripts/crosscheck). */
enum Fixture {
  MULAN_VELOCITY(2),
  MULAN_EPSILON(2),
  VDM(32);

  private final int size;

  Fixture(int size) {
    this.size = size;
  }

  /** One of its files. */
  Path file(String ending) {
    String name = name().toLowerCase(Locale.ROOT) + ending;
    try {
      return Path.of(Fixture.class.getResource("/flax/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  ImageShape image() {
    return new ImageShape(size, size, 3);
  }

  /** Its configuration; only the groups of its normalisations are not as published. */
  RunConfig config() {
    return ImportedConfig.read(file(".json"), List.of("network.groups=2"));
  }

  /** A state for such a model, without values. */
  RunState state() {
    return new RunState(config(), image());
  }
}
