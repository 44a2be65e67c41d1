package org.instructgpt.project;

import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.model.Adapter;
import org.instructgpt.model.StopFlag;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.Precision;

/// How a training is run, whatever it trains.
///
/// @param precision of matrix products
/// @param adapter what is trained in place of the models' own weights, in every stage but
///   pretraining
/// @param context the most tokens of a prompt with its response, and of a window of text, in every
///   stage but pretraining; 0 for the model's own context
/// @param saving what trainings do without, to need less memory
/// @param fromFeedback whether demonstrations and rankings are also those that customers gave, of
///   answers to their own prompts
/// @param device where it computes
/// @param ranks the processes that train together; those but the first write nothing
/// @param existing what happens to a run and a model of the same name
/// @param out where its settings and its end are told
/// @param progress how a person follows it
/// @param stop asked for when the training begins: from then on the flag is heeded
/// @param clock what time it is
public record RunOptions(
    Precision precision,
    Adapter.Settings adapter,
    int context,
    MemorySaving saving,
    boolean fromFeedback,
    Device device,
    Ranks ranks,
    Existing existing,
    PrintWriter out,
    Progress progress,
    Supplier<StopFlag> stop,
    InstantSource clock) {
  /// What happens to what is there already.
  ///
  /// @param fresh whether to begin anew where an unfinished run could be resumed
  /// @param replace whether the model may take the place of one of the same name
  public record Existing(boolean fresh, boolean replace) {
    /// An unfinished run goes on, and a model that is there is left as it is.
    public static final Existing RESUMED = new Existing(false, false);
  }

  /// The clock's time in nanoseconds, for what takes seconds.
  long nanoTime() {
    var now = clock.instant();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  /// On the CPU in float32, told to nobody, run to its end.
  public static RunOptions quiet(InstantSource clock) {
    return new RunOptions(
        Precision.FULL,
        Adapter.Settings.OFF,
        0,
        MemorySaving.NONE,
        false,
        Device.CPU,
        Ranks.alone(),
        Existing.RESUMED,
        new PrintWriter(PrintWriter.nullWriter()),
        Progress.NONE,
        StopFlag::new,
        clock);
  }

  /// The same within so many tokens.
  public RunOptions within(int tokens) {
    return new RunOptions(
        precision,
        adapter,
        tokens,
        saving,
        fromFeedback,
        device,
        ranks,
        existing,
        out,
        progress,
        stop,
        clock);
  }

  /// The same with an adapter.
  public RunOptions with(Adapter.Settings trained) {
    return new RunOptions(
        precision,
        trained,
        context,
        saving,
        fromFeedback,
        device,
        ranks,
        existing,
        out,
        progress,
        stop,
        clock);
  }

  /// The same that learns from what customers said of answers too, or not.
  public RunOptions withFeedback(boolean learned) {
    return new RunOptions(
        precision, adapter, context, saving, learned, device, ranks, existing, out, progress, stop,
        clock);
  }

  /// The same on several processes.
  public RunOptions withRanks(Ranks others) {
    return new RunOptions(
        precision,
        adapter,
        context,
        saving,
        fromFeedback,
        device,
        others,
        existing,
        out,
        progress,
        stop,
        clock);
  }
}
