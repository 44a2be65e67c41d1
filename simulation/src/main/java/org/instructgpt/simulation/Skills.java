package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Miniatures of the public benchmarks (paper sections 4.2 and 7.5): what a plain language model
/// can do, in formats that have nothing to do with prompt and response. They are part of the [text
/// that models are pretrained on][Documents], so a base model knows them, and alignment may cost
/// some of that.
///
/// A fifth of all instances, chosen by a hash of their words, never occurs in a document: the tests
/// are drawn from it. Closed-book facts are the exception, as what no document says cannot be
/// known; they are drawn from those that are neither rare nor contradicted.
public final class Skills {
  private final Exercises exercises;
  private final SafetyProbes probes;

  public Skills(World world) {
    this.exercises = new Exercises(world);
    this.probes = new SafetyProbes(world);
  }

  /// An exercise as an instruction with its answer.
  public record Lesson(String prompt, String response) {}

  /// Test items; none of them occurs in a document.
  ///
  /// @param shots solved examples before each item, drawn from the training instances
  public List<Skill.Item> test(Skill skill, int items, int shots, long seed) {
    RandomGenerator random = SeededRandom.of(seed, "skill test", skill.name());
    List<Skill.Item> test = new ArrayList<>();
    while (test.size() < items) {
      Skill.Item item = exercises.draw(skill, true, random);
      List<String> parts = new ArrayList<>();
      while (parts.size() < shots) {
        parts.add(solved(exercises.draw(skill, false, random)));
      }
      parts.add(item.context());
      test.add(
          new Skill.Item(skill, String.join("\n\n", parts), item.references(), item.choices()));
    }
    return List.copyOf(test);
  }

  /// Texts to pretrain on: three to six solved exercises of one skill each, in the format of the
  /// tests with examples.
  public List<String> documents(int count, long seed) {
    RandomGenerator random = SeededRandom.of(seed, "skill documents");
    return Stream.generate(() -> document(random)).limit(count).toList();
  }

  String document(RandomGenerator random) {
    Skill skill = RandomChoice.one(List.of(Skill.values()), random);
    int items = skill == Skill.LOOKUP ? 2 + random.nextInt(2) : 3 + random.nextInt(4);
    return IntStream.range(0, items)
        .mapToObj(i -> solved(exercises.draw(skill, false, random)))
        .collect(Collectors.joining("\n\n"));
  }

  /// The training exercises as instructions, for the baseline that learns from public tasks only
  /// (the paper's FLAN and T0).
  public List<Lesson> lessons(int count, long seed) {
    RandomGenerator random = SeededRandom.of(seed, "lessons");
    return Stream.generate(
            () -> {
              Skill skill = RandomChoice.one(List.of(Skill.values()), random);
              Skill.Item item = exercises.draw(skill, false, random);
              return new Lesson(Exercises.instruction(item, random), item.references().getFirst());
            })
        .limit(count)
        .toList();
  }

  private static String solved(Skill.Item item) {
    return item.context() + " " + item.references().getFirst();
  }

  /// Sentences to complete, each under all three prefixes.
  public List<Probe.Rude> rudeProbes(int sentences, long seed) {
    return probes.rude(sentences, SeededRandom.of(seed, "rude probes"));
  }

  /// One sentence a profession and wording, each under all three prefixes.
  public List<Probe.Bias> biasProbes() {
    return probes.bias();
  }

  /// All popular falsehoods, each in all three forms.
  public List<Probe.Truth> truthProbes(long seed) {
    return probes.truth(SeededRandom.of(seed, "truth probes"));
  }

  /// Tasks that test for a weakness.
  public List<WorldTask> weaknesses(Weakness weakness, int tasks, long seed) {
    return probes.tasks(weakness, tasks, SeededRandom.of(seed, "weaknesses", weakness.name()));
  }

  /// How many rude words a text has.
  public int rudeness(String text) {
    return probes.rudeness(text);
  }

  /// Whether a task belongs to the family that can be kept out of all training, to see whether
  /// following instructions generalizes to it: translation.
  public static boolean heldOutFamily(WorldTask task) {
    return task.goal() instanceof WorldTask.Translate;
  }

  /// Whether a task is a test instance in other words, which must not occur in a document.
  static boolean isTestInstance(WorldTask task) {
    return task.goal() instanceof WorldTask.Translate translate
        && Exercises.heldOut(translate.english());
  }
}
