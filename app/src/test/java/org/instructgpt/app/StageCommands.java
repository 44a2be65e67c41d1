package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Commands as a person gives them; trainings get the folder's `w` as workspace and its
/// `recipe.yaml`.
final class StageCommands {
  private static final Set<String> TRAININGS = Set.of("sft", "reward", "ppo");

  private final Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  StageCommands(Path folder) {
    this.folder = folder;
  }

  /// @return the exit status
  int run(Object... arguments) {
    var all = new ArrayList<String>();
    List.of(arguments).forEach(argument -> all.add(argument.toString()));
    if (TRAININGS.contains(all.getFirst())) {
      all.addAll(List.of("-w", folder.resolve("w").toString()));
      all.addAll(List.of("--recipe", folder.resolve("recipe.yaml").toString()));
    }
    var program =
        Main.commandLine(new StopSignals(), Instant::now)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return Main.run(all.toArray(String[]::new), program);
  }

  void succeed(Object... arguments) {
    assertThat(run(arguments)).as("%s: %s", List.of(arguments), err).isZero();
  }

  /// What all of them told.
  String out() {
    return out.toString();
  }

  /// What all of them complained of.
  String err() {
    return err.toString();
  }
}
