package io.mulan.files;

/**
 * A configuration or data set that cannot be used. The message is one line for the user: what,
 * where, what is allowed, the way on.
 */
public class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
