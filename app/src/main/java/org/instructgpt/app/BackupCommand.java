package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.instructgpt.files.Count;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `instructgpt backup`: everything that people gave, in a file of its own.
@Command(
    name = "backup",
    description = {
      "Copies what people gave, accounts and tasks into a new file, while the studio may be running.",
      "The copy is checked and can take the place of feedback.db. Models are files: copy DIR/models."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required parameters a value
final class BackupCommand implements Callable<Integer> {

  @Mixin private final WorkspaceOption workspace = new WorkspaceOption();

  @Parameters(paramLabel = "FILE", description = "The file to make; it must not be there yet.")
  private Path file;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (var store = workspace.open().givenStore()) {
      store.backup(file);
    }
    Objects.requireNonNull(spec)
        .commandLine()
        .getOut()
        .println("%s: %s, checked".formatted(file, Count.of(Files.size(file), "byte")));
    return 0;
  }
}
