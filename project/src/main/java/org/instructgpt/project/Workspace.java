package org.instructgpt.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.instructgpt.checkpoint.Adapters;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.PrivateFiles;
import org.instructgpt.records.Store;

/// One folder that holds a project:
///
///     feedback.db      prompts, demonstrations, rankings, ratings; or store.txt, which names a server
///     models/NAME/     checkpoints in Hugging Face's layout
///     runs/STAGE-N/    resolved settings, metrics, the state to resume from
///     snapshots/NAME/  policies kept along the way of a run, a folder each
///     reports/         what evaluations found
///     tokens/          texts as tokens, made again when they are missing
///
/// @param root the folder
public record Workspace(Path root) {

  private static final String NAMED = "store.txt";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /// The workspace in a folder, made where it is not there yet.
  ///
  /// @throws IllegalArgumentException when the path is a file
  /// @throws IOException when a folder cannot be made
  public static Workspace create(Path root) throws IOException {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new IllegalArgumentException(
          "the workspace " + root + " is a file; give a folder with --workspace DIR");
    }
    var workspace = new Workspace(root);
    PrivateFiles.folder(root);
    Files.createDirectories(root.resolve("models"));
    PrivateFiles.folder(workspace.runs()); // samples, reports and logs show what people wrote
    PrivateFiles.folder(workspace.reports());
    return workspace;
  }

  /// The workspace in a folder that must be there.
  ///
  /// @throws IllegalArgumentException when it is not
  public static Workspace open(Path root) {
    if (!Files.isDirectory(root)) {
      throw new IllegalArgumentException(
          "there is no workspace at "
              + root
              + "; give its folder with --workspace DIR, or make one with instructgpt import");
    }
    return new Workspace(root);
  }

  /// The database of what people gave; it may not exist yet.
  public Path feedback() {
    return root.resolve("feedback.db");
  }

  /// What people gave: in `feedback.db`, or where the file `store.txt` says, which then holds a
  /// line such as `postgresql://user@host/database`.
  public Store store() throws IOException {
    return Store.open(place());
  }

  /// Where the store is: a file, or a server. The file that names it may hold a password.
  public String place() throws IOException {
    var named = root.resolve(NAMED);
    if (Files.exists(named)) {
      PrivateFiles.keep(named);
    }
    return placeAsItIs();
  }

  /// The same for one who only reads.
  public String placeAsItIs() throws IOException {
    var named = root.resolve(NAMED);
    return Files.exists(named) ? Files.readString(named).strip() : feedback().toString();
  }

  /// Whether the folder looks like one that a command of ours made.
  public boolean isThere() {
    return hasStore() || (Files.isDirectory(root.resolve("models")) && Files.isDirectory(runs()));
  }

  /// What people gave, when somebody has given something.
  ///
  /// @throws IllegalArgumentException when nobody has
  public Store givenStore() throws IOException {
    if (!hasStore()) {
      throw new IllegalArgumentException(
          root + " holds no feedback yet; bring some in with instructgpt import");
    }
    return store();
  }

  /// Whether there is a store already.
  public boolean hasStore() {
    return Files.exists(feedback()) || Files.exists(root.resolve(NAMED));
  }

  /// The folder of a model, existing or not.
  ///
  /// @throws IllegalArgumentException when the name is not one plain file name
  public Path model(String name) {
    return root.resolve("models").resolve(plain(name, "model"));
  }

  /// A checkpoint named by a model of the workspace or by a folder elsewhere.
  ///
  /// @param flag that named it, for messages
  /// @throws IllegalArgumentException if neither is there
  public Path checkpoint(String name, String flag) throws IOException {
    if (name.matches("[A-Za-z0-9][A-Za-z0-9._-]*") && Files.isDirectory(model(name))) {
      return model(name);
    }
    if (Files.isDirectory(Path.of(name))) {
      return Path.of(name);
    }
    var foreign = Checkpoint.unsupportedLayout(Path.of(name));
    if (foreign.isPresent()) {
      throw new IllegalArgumentException(flag + " " + foreign.get());
    }
    throw new IllegalArgumentException(
        "%s %s: there is neither a model of this name in %s nor such a folder"
            .formatted(flag, name, root.resolve("models")));
  }

  /// The same, of a kind.
  ///
  /// @throws IllegalArgumentException if it is of the other one, too
  public Path checkpoint(String name, String flag, Checkpoint.Kind kind) throws IOException {
    var folder = checkpoint(name, flag);
    if (Checkpoint.kind(folder) != kind) {
      boolean language = kind == Checkpoint.Kind.LANGUAGE;
      throw new IllegalArgumentException(
          "%s %s: %s holds a %s, but a %s was expected"
              .formatted(
                  flag,
                  name,
                  folder,
                  language ? "reward model" : "language model",
                  language ? "language model" : "reward model"));
    }
    return folder;
  }

  /// Makes an adapter of another program a model of this workspace, called like its folder.
  ///
  /// @param base the model that it belongs to
  /// @param adapter its folder
  /// @return the name
  /// @throws IllegalArgumentException if there is no adapter that is read, or another model has its
  ///   name
  public String adopt(Path base, Path adapter) throws IOException {
    var name = String.valueOf(adapter.toAbsolutePath().normalize().getFileName());
    var target = model(name);
    var scratch = root.resolve("models").resolve(".adopted-" + name);
    AtomicFiles.delete(scratch);
    Files.createDirectories(scratch);
    try {
      Adapters.join(base, adapter, scratch);
      if (!Files.exists(target)) {
        AtomicFiles.writeFolder(target, into -> Adapters.join(base, adapter, into));
      } else if (!Adapters.isSame(target, scratch)) {
        throw new IllegalArgumentException(
            "--adapter %s: expected the name %s to be free in %s, found another model: call the adapter's folder otherwise, or take that model away"
                .formatted(adapter, name, root.resolve("models")));
      }
      return name;
    } finally {
      AtomicFiles.delete(scratch);
    }
  }

  /// The folder of the policies that were kept on the way to a model, existing or not.
  public Path snapshots(String name) {
    return root.resolve("snapshots").resolve(plain(name, "model"));
  }

  /// The folder of runs.
  public Path runs() {
    return root.resolve("runs");
  }

  /// The folder of a stage's run, existing or not.
  ///
  /// @param number from 1
  public Path run(String stage, int number) {
    return runs().resolve(plain(stage, "stage") + "-" + number);
  }

  /// The number of a stage's latest run; 0 when it has none.
  int latestRun(String stage) throws IOException {
    var runs = runs();
    if (!Files.isDirectory(runs)) {
      return 0;
    }
    var name = Pattern.compile(Pattern.quote(plain(stage, "stage")) + "-([1-9][0-9]{0,8})");
    try (var entries = Files.list(runs)) {
      return entries
          .map(entry -> name.matcher(entry.getFileName().toString()))
          .filter(Matcher::matches)
          .mapToInt(match -> Integer.parseInt(match.group(1)))
          .max()
          .orElse(0);
    }
  }

  /// The folder of the tokens of texts, which may be deleted: they are made again.
  public Path tokens() {
    return root.resolve("tokens");
  }

  /// The folder of reports.
  public Path reports() {
    return root.resolve("reports");
  }

  /// Names become folders, so none may climb out of the workspace.
  private static String plain(String name, String what) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the %s name \"%s\" must be letters, digits, dots, dashes and underscores, at most 100, the first a letter or digit"
              .formatted(what, name));
    }
    return name;
  }
}
