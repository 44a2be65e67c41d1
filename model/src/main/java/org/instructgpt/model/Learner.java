package org.instructgpt.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.cluster.Ranks;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.Ema;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Schedule;
import org.instructgpt.torch.Tensor;

/// Parameters with their optimizer, their learning-rate schedule and, if wanted, their moving
/// average.
///
/// A trainer adds gradients, in as many passes as it likes, and calls [#step] once. Belongs to the
/// scope it is built in.
public final class Learner {
  private final String name;
  private final Parameters parameters;
  private final AdamW optimizer;
  private final Schedule schedule;
  private final Optional<Ema> average;
  private final Ranks ranks;

  /// @param name what a checkpoint calls its tensors, such as `policy`
  public Learner(String name, Parameters parameters, AdamW.Settings settings, Schedule schedule) {
    this(name, parameters, settings, schedule, Optional.empty(), Ranks.alone());
  }

  /// @param name what a checkpoint calls its tensors, such as `policy`
  /// @param ranks each of which adds gradients of its share of the data
  public Learner(
      String name, Parameters parameters, AdamW.Settings settings, Schedule schedule, Ranks ranks) {
    this(name, parameters, settings, schedule, Optional.empty(), ranks);
  }

  /// @param name what a checkpoint calls its tensors, such as `policy`
  /// @param average of `parameters`, updated after every step
  public Learner(
      String name,
      Parameters parameters,
      AdamW.Settings settings,
      Schedule schedule,
      Optional<Ema> average) {
    this(name, parameters, settings, schedule, average, Ranks.alone());
  }

  private Learner(
      String name,
      Parameters parameters,
      AdamW.Settings settings,
      Schedule schedule,
      Optional<Ema> average,
      Ranks ranks) {
    this.name = name;
    this.parameters = parameters;
    this.optimizer = new AdamW(parameters, settings);
    this.schedule = schedule;
    this.average = average;
    this.ranks = ranks;
  }

  /// Adds up the gradients of all ranks, clips the sum, updates the parameters at the learning rate
  /// that the schedule has for `time`, updates the average and zeroes the gradient.
  ///
  /// @param time the step or iteration the schedule counts
  /// @return the gradient's norm before clipping
  public double step(long time) {
    ranks.allReduce(parameters.gradient());
    double norm = optimizer.step(schedule.at(time));
    average.ifPresent(Ema::update);
    return norm;
  }

  /// The learning rate at `time`.
  public double learningRate(long time) {
    return schedule.at(time);
  }

  /// The moving average, if there is one.
  public Optional<Ema> average() {
    return average;
  }

  /// Adds everything needed to go on to a state: views of the tensors, and the count of steps.
  public void save(Map<String, Tensor> tensors, ObjectNode values) {
    tensors.put(name + ".parameters", parameters.flat());
    tensors.put(name + ".first_moment", optimizer.firstMoment());
    tensors.put(name + ".second_moment", optimizer.secondMoment());
    average.ifPresent(ema -> tensors.put(name + ".average", ema.average()));
    values.put(name + ".optimizer_steps", optimizer.steps());
  }

  /// Takes over what [#save] wrote.
  ///
  /// @throws IllegalArgumentException if something is missing or has another shape
  public void restore(TrainerState state) {
    var steps = state.values().path(name + ".optimizer_steps");
    if (!steps.isIntegralNumber()) {
      throw new IllegalArgumentException(
          "the saved state has no count of steps for %s: it is another trainer's".formatted(name));
    }
    parameters.flat().copy_(saved(state, "parameters"));
    average.ifPresent(ema -> ema.average().copy_(saved(state, "average")));
    optimizer.restore(saved(state, "first_moment"), saved(state, "second_moment"), steps.asLong());
  }

  private Tensor saved(TrainerState state, String what) {
    var tensor = state.tensors().get(name + "." + what);
    long[] expected = parameters.flat().shape();
    if (tensor == null || !Arrays.equals(tensor.shape(), expected)) {
      throw new IllegalArgumentException(
          "the saved state should hold %s.%s of shape %s, but holds %s: it is another model's"
              .formatted(name, what, Arrays.toString(expected), tensor));
    }
    return tensor;
  }
}
