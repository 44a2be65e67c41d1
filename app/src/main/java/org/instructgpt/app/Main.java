package org.instructgpt.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.instructgpt.experiment.Commands;
import org.instructgpt.recipe.ClosestName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command `instructgpt`.
///
/// Nothing here, and nothing a subcommand does before it runs, may load libtorch: `--help` answers
/// at once.
@Command(
    name = "instructgpt",
    description = "Trains language models to follow instructions with human feedback.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "instructgpt COMMAND --help explains a command.",
      "Exit status: 0 done, 1 our or the machine's fault, 2 a mistake in flags, recipes or data,"
          + " 130 or 143 stopped by a signal (a training saves first and can be resumed)."
    })
final class Main implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where an error came from.")
  private boolean stacktrace;

  private Main() {}

  /// The process.
  public static void main(String[] arguments) {
    var stop = new StopSignals();
    stop.arm();
    var out = new StandardOutput();
    var line =
        commandLine(stop, InstantSource.system())
            .setOut(out.writer())
            .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    int status = written(run(arguments, line), out, line);
    stop.over();
    System.exit(status);
  }

  /// The exit status of a command whose output had to reach its place.
  static int written(int status, StandardOutput out, CommandLine line) {
    line.getOut().flush();
    var failure = out.failure();
    failure.ifPresent(reason ->
        line.getErr().println("instructgpt: standard output could not be written: " + reason));
    return status == 0 && failure.isPresent() ? ErrorMessage.OURS : status;
  }

  /// The command line with all its commands.
  static CommandLine commandLine(StopSignals stop, InstantSource clock) {
    var main = new Main();
    CommandRunner runner = (arguments, out, err) -> run(arguments, stop, out, err);
    Function<Path, Commands> commands =
        log -> new InProcessCommands(runner, stop, InstantSource.system(), log);
    var line =
        new CommandLine(main)
            .addSubcommand(new DemoCommand(commands))
            .addSubcommand(new LoopCommand(commands))
            .addSubcommand(new ReproduceCommand(commands))
            .addSubcommand(new ImportCommand(clock))
            .addSubcommand(new ExportCommand())
            .addSubcommand(new ExportModelCommand(stop))
            .addSubcommand(new CurateCommand())
            .addSubcommand(new EraseCommand(clock))
            .addSubcommand(new ConsentCommand(clock))
            .addSubcommand(new PasswordCommand(clock))
            .addSubcommand(new BackupCommand())
            .addSubcommand(new PullCommand(stop, clock, System::getenv))
            .addSubcommand(new ConvertCommand())
            .addSubcommand(new StudioCommand(stop, clock))
            .addSubcommand(new ServeCommand(stop, clock))
            .addSubcommand(new LabelersCommand(commands, stop, clock))
            .addSubcommand(new PretrainCommand(stop))
            .addSubcommand(new SftCommand(stop))
            .addSubcommand(new RewardCommand(stop))
            .addSubcommand(new PpoCommand(stop))
            .addSubcommand(new DpoCommand(stop))
            .addSubcommand(new InspectCommand(clock))
            .addSubcommand(new DoctorCommand())
            .addSubcommand(new BenchCommand(stop))
            .addSubcommand(new PlanCommand())
            .addSubcommand(new LogprobsCommand(stop))
            .addSubcommand(new ScoreCommand(stop))
            .addSubcommand(new GenerateCommand(stop))
            .addSubcommand(new EvaluateCommand(stop))
            .addSubcommand(new RenderCommand(stop, clock))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUnmatchedOptionsAllowedAsOptionParameters(false);
    line.setParameterExceptionHandler(Main::usage);
    line.setExecutionExceptionHandler((e, at, _) -> complain(e, at, main.stacktrace));
    return line;
  }

  /// Runs a command of a command that is running.
  private static int run(
      List<String> arguments, StopSignals stop, PrintWriter out, PrintWriter err) {
    var line = commandLine(stop, InstantSource.system()).setOut(out).setErr(err);
    return run(arguments.toArray(String[]::new), line);
  }

  /// Runs a command to its exit status. Errors such as a missing native library or exhausted memory
  /// are told like any other failure.
  static int run(String[] arguments, CommandLine line) {
    try {
      return line.execute(arguments);
    } catch (Error e) { // picocli handles exceptions only
      return complain(e, line, line.<Main>getCommand().stacktrace);
    }
  }

  @Override
  public void run() {
    var asked = Objects.requireNonNull(spec);
    throw new ParameterException(asked.commandLine(), "which command?");
  }

  private static int usage(ParameterException thrown, String[] arguments) {
    var line = thrown.getCommandLine();
    var name = line.getCommandSpec().qualifiedName();
    var e = misspelt(thrown, arguments);
    line.getErr()
        .println(
            "%s: %s%s (%s --help explains it)"
                .formatted(name, e.getMessage(), suggestion(e, line), name));
    return ErrorMessage.USERS;
  }

  /// A flag that is missing may be there under a wrong name, which is then the mistake to tell.
  private static ParameterException misspelt(ParameterException thrown, String[] arguments) {
    if (!(thrown instanceof MissingParameterException)
        && !String.valueOf(thrown.getMessage()).contains("Unknown option")) {
      return thrown;
    }
    var line = thrown.getCommandLine();
    var known = line.getCommandSpec().optionsMap();
    var unknown =
        Arrays.stream(arguments)
            .takeWhile(word -> !word.equals("--"))
            .filter(word -> word.matches("--?[A-Za-z].*"))
            .map(word -> word.replaceFirst("=.*", ""))
            .filter(word ->
                !known.containsKey(word)
                    && (word.startsWith("--") || !known.containsKey(word.substring(0, 2))))
            .toList();
    return unknown.isEmpty() ? thrown : new UnmatchedArgumentException(line, unknown);
  }

  private static String suggestion(ParameterException e, CommandLine line) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    if (unmatched.isUnknownOption()) {
      var word = unmatched.getUnmatched().getFirst().replaceFirst("=.*", "");
      var flags = line.getCommandSpec().optionsMap().keySet();
      return ClosestName.to(word, flags).map(flag -> "; did you mean " + flag + "?").orElse("");
    }
    var nearest = new StringWriter();
    UnmatchedArgumentException.printSuggestions(e, new PrintWriter(nearest, true));
    var told = nearest.toString().strip().replaceAll("\\s*\\R\\s*", " ");
    return told.isEmpty() ? "" : ". " + told;
  }

  private static int complain(Throwable thrown, CommandLine at, boolean stacktrace) {
    var complaint = ErrorMessage.about(thrown);
    var err = at.getErr();
    err.println(at.getCommandSpec().qualifiedName() + ": " + complaint.message());
    if (stacktrace) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return complaint.status();
  }
}
