package io.mulan;

import io.mulan.files.Cache;
import io.mulan.tf.GraphSession;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What the build sets for all tests, as the program's start sets it for a command. What a test logs
 * is printed only if the test fails.
 */
public final class TestSettings
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback {
  private static final String CONSOLE = "console";
  private static final ThreadLocal<StringBuilder> LOGGED =
      ThreadLocal.withInitial(StringBuilder::new);

  static {
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    Configuration configuration = context.getConfiguration();
    Layout<?> layout = configuration.getAppender(CONSOLE).getLayout();
    AbstractAppender logged =
        new AbstractAppender("logged", null, layout, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            LOGGED.get().append(new String(layout.toByteArray(event), StandardCharsets.UTF_8));
          }
        };
    logged.start();
    configuration.getRootLogger().removeAppender(CONSOLE);
    configuration.getRootLogger().addAppender(logged, Level.INFO, null);
    context.updateLoggers();
  }

  /** What the running test has logged so far. */
  public static String logged() {
    return LOGGED.get().toString();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    String cache = System.getProperty("mulan.cache");
    if (cache != null) {
      Cache.choose(Map.of(), Map.of("mulan.cache", cache));
    }
    if ("as-built".equals(System.getProperty("mulan.graphs"))) {
      GraphSession.keepGraphsAsBuilt();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    LOGGED.remove();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      System.err.print(LOGGED.get());
    }
  }
}
