package io.mulan.run;

import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.FileAppender;
import org.apache.logging.log4j.core.layout.PatternLayout;

/**
 * Sends the log to a run's {@code mulan.log} too, with times and details that the console leaves
 * out.
 */
public final class RunLog {
  private static final String NAME = "run";

  /** As on the console: names cannot control a terminal that shows it. */
  private static final String MESSAGE =
      "%replace{%message}{[\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]}{?}";

  /** Kept here, since Log4j takes a third of a second to ask. */
  private static volatile Appender attached;

  private RunLog() {}

  /** Until it is detached, or sent to another run's. */
  static void attach(Path folder) {
    detach();
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    var configuration = context.getConfiguration();
    PatternLayout layout =
        PatternLayout.newBuilder()
            .setConfiguration(configuration)
            .setPattern("%d{yyyy-MM-dd HH:mm:ss} %-5level " + MESSAGE + "%n%throwable")
            .build();
    FileAppender appender =
        FileAppender.newBuilder()
            .setName(NAME)
            .setConfiguration(configuration)
            .setFileName(folder.resolve("mulan.log").toString())
            .setAppend(true)
            .setLayout(layout)
            .build();
    appender.start();
    configuration.getRootLogger().addAppender(appender, Level.DEBUG, null);
    context.updateLoggers();
    attached = appender;
  }

  /** It need not be attached. */
  public static void detach() {
    Appender appender = attached;
    if (appender == null) {
      return;
    }
    attached = null;
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    context.getConfiguration().getRootLogger().removeAppender(NAME);
    appender.stop();
    context.updateLoggers();
  }
}
