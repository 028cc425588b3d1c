package io.mulan.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import javax.imageio.IIOException;

/** Why a file or folder cannot be read or written, in words for a line that names it. */
public final class IoReason {
  private IoReason() {}

  /** On one line, without the file's name where the system says why. */
  public static String of(IOException e) {
    if (e instanceof IIOException && e.getCause() instanceof IOException cause) {
      return of(cause); // its own message hides a full disk
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (e instanceof FileAlreadyExistsException taken) {
      return taken.getFile() + " is not a folder";
    }
    String message =
        e instanceof FileSystemException failure && failure.getReason() != null
            ? failure.getReason()
            : e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.lines().findFirst().orElseThrow();
  }
}
