package io.mulan;

import io.mulan.files.Cache;
import io.mulan.tf.Sessions;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What the build says of all tests, as the program's start says it of a command. */
public final class TestSettings implements BeforeAllCallback {
  @Override
  public void beforeAll(ExtensionContext context) {
    String cache = System.getProperty("mulan.cache");
    if (cache != null) {
      Cache.choose(Map.of(), Map.of("mulan.cache", cache));
    }
    if ("as-built".equals(System.getProperty("mulan.graphs"))) {
      Sessions.keepGraphsAsBuilt();
    }
  }
}
