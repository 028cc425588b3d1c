package io.mulan.cli;

import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.FileAppender;
import org.apache.logging.log4j.core.layout.PatternLayout;

/**
 * Sends the log to a run's {@code mulan.log} too, with times and details that the console leaves
 * out.
 */
final class RunLog {
  private RunLog() {}

  static void attach(Path folder) {
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    var configuration = context.getConfiguration();
    PatternLayout layout =
        PatternLayout.newBuilder()
            .setConfiguration(configuration)
            .setPattern("%d{yyyy-MM-dd HH:mm:ss} %-5level %message%n%throwable")
            .build();
    FileAppender appender =
        FileAppender.newBuilder()
            .setName("run")
            .setConfiguration(configuration)
            .setFileName(folder.resolve("mulan.log").toString())
            .setAppend(true)
            .setLayout(layout)
            .build();
    appender.start();
    configuration.getRootLogger().addAppender(appender, Level.DEBUG, null);
    configuration.getRootLogger().setLevel(Level.DEBUG);
    context.updateLoggers();
  }
}
