package org.instructgpt.app;

import java.nio.file.Path;
import org.instructgpt.project.Workspace;
import picocli.CommandLine.Option;

/// The flag that names the workspace, for commands whose default is the folder `workspace`.
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class WorkspaceOption {
  @Option(
      names = {"-w", "--workspace"},
      defaultValue = "workspace",
      paramLabel = "DIR",
      description = "The project's folder (${DEFAULT-VALUE}).")
  private Path folder;

  /// The folder, which may not be there.
  Path folder() {
    return folder;
  }

  /// The workspace, which must be there.
  Workspace open() {
    return Workspace.open(folder);
  }
}
