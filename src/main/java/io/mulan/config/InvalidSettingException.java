package io.mulan.config;

import io.mulan.files.ConfigException;

/** A setting whose value is not allowed. */
final class InvalidSettingException extends ConfigException {
  private static final long serialVersionUID = 1L;

  private final String key;

  /**
   * @param found the value, as the user wrote it
   * @param allowed in words
   */
  InvalidSettingException(String key, Object found, String allowed) {
    super(key + " is " + found + "; allowed: " + allowed);
    this.key = key;
  }

  /** Such as {@code training.batch}. */
  String key() {
    return key;
  }
}
