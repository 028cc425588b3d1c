package io.mulan.compression;

/** Images that were read are not those that were written. */
public final class WrongImagesException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Because a number or a checksum is not what it was. */
  WrongImagesException() {
    super("the images that were read are not those that were written");
  }

  /**
   * The same.
   *
   * @param cause how that was noticed
   */
  WrongImagesException(Throwable cause) {
    super("the images that were read are not those that were written", cause);
  }
}
