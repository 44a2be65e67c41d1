package org.instructgpt.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.instructgpt.cluster.RankLostException;
import org.instructgpt.model.StepNotDoneException;
import org.instructgpt.model.UnhealthyRunException;
import org.jspecify.annotations.Nullable;

/// What the command says, and the status it exits with, when something went wrong: 2 where the user
/// can put it right (a wrong flag, recipe, file or record), 1 where we or the machine failed.
record ErrorMessage(int status, String message) {

  static final int OURS = 1;
  static final int USERS = 2;

  /// The complaint about anything that was thrown.
  static ErrorMessage about(Throwable thrown) {
    return switch (thrown) {
      case UncheckedIOException e when e.getCause() != null -> about(e.getCause());
      case ExecutionException e when e.getCause() != null -> about(e.getCause());
      case CompletionException e when e.getCause() != null -> about(e.getCause());
      case InvalidPathException e ->
          users(
              "the path %s cannot be spelled in this locale; give the command a locale with UTF-8, such as LC_ALL=C.UTF-8"
                  .formatted(e.getInput()));
      case IllegalArgumentException e when e.getMessage() != null ->
          new ErrorMessage(USERS, e.getMessage());
      case IOException e -> reading(e);
      case UnhealthyRunException e -> new ErrorMessage(OURS, String.valueOf(e.getMessage()));
      case RankLostException e -> new ErrorMessage(OURS, String.valueOf(e.getMessage()));
      case StepNotDoneException e -> new ErrorMessage(OURS, String.valueOf(e.getMessage()));
      case OutOfMemoryError e ->
          new ErrorMessage(
              OURS,
              "out of memory (%s); use a smaller batch or model, or more memory for the JVM: JDK_JAVA_OPTIONS=-Xmx8g"
                  .formatted(e.getMessage()));
      default -> new ErrorMessage(OURS, "internal error: " + brief(thrown) + hint());
    };
  }

  private static ErrorMessage reading(IOException thrown) {
    return switch (thrown) {
      case NoSuchFileException e ->
          users(
              "there is no file "
                  + e.getFile()
                  + (e.getReason() == null ? "" : ": " + e.getReason()));
      case AccessDeniedException e ->
          users(
              "no permission to open "
                  + e.getFile()
                  + (e.getReason() == null ? "" : ": " + e.getReason()));
      case FileSystemLoopException e -> users(e.getFile() + " is a link that leads to itself");
      case NotDirectoryException e -> users(e.getFile() + " is not a folder");
      case FileAlreadyExistsException e -> users(e.getFile() + " exists already");
      case DirectoryNotEmptyException e -> users("the folder " + e.getFile() + " is not empty");
      case FileNotFoundException e -> users(String.valueOf(e.getMessage()));
      case JsonProcessingException e ->
          users("malformed JSON or YAML: " + firstLine(e.getOriginalMessage()));
      case CharacterCodingException _ -> users("a text file is not UTF-8");
      case FileSystemException e when isUsers(e.getReason()) ->
          users(e.getFile() + ": " + e.getReason());
      case IOException e when e.getCause() instanceof IOException cause ->
          reading(cause).status == USERS
              ? users(firstLine(e.getMessage()))
              : new ErrorMessage(OURS, firstLine(e.getMessage()) + hint());
      default -> new ErrorMessage(OURS, firstLine(thrown.getMessage()) + hint());
    };
  }

  private static ErrorMessage users(String message) {
    return new ErrorMessage(USERS, message);
  }

  private static boolean isUsers(@Nullable String reason) {
    return "Is a directory".equals(reason)
        || "Not a directory".equals(reason)
        || "Read-only file system".equals(reason);
  }

  private static String brief(Throwable thrown) {
    var message = thrown.getMessage();
    var name = thrown.getClass().getSimpleName();
    return message == null ? name : name + ": " + firstLine(message);
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "no message" : text.lines().findFirst().orElse("");
  }

  private static String hint() {
    return " (--stacktrace shows where)";
  }
}
