package org.instructgpt.studio;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.instructgpt.api.AnswerStore;
import org.instructgpt.api.ApiAccess;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.collect.Intake;
import org.instructgpt.files.PrivateFiles;
import org.instructgpt.label.LabelingExports;
import org.instructgpt.label.OutputSource;
import org.instructgpt.label.Quality;
import org.instructgpt.label.Rounds;
import org.instructgpt.label.Screening;
import org.instructgpt.label.Surveys;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Store;
import org.instructgpt.serve.Completion;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.web.Accounts;
import org.instructgpt.web.Audit;
import org.instructgpt.web.SiteArea;

/// The areas of the studio over one workspace.
///
/// @param folder the workspace
/// @param nanos a monotonic clock
/// @param random used by many threads
public record StudioAreas(
    Workspace folder,
    Store store,
    InferenceEngine engine,
    InstantSource clock,
    LongSupplier nanos,
    SecureRandom random) {
  /// The most tokens of an output of a round, which is sampled at temperature 1.
  private static final int LONGEST = 256;

  private static final int KEY_BYTES = 32;
  private static final int AGAIN_MILLIS = 1000;

  /// The labelers' and researchers' pages come before the playground, so that these people start at
  /// their work.
  public List<SiteArea> all() throws IOException {
    return List.of(label(), playground());
  }

  /// Who may ask over OpenAI's interface: accounts, with their access tokens.
  ///
  /// @param requestsPerMinute the most of one account
  public ApiAccess access(int requestsPerMinute) throws IOException {
    return new TokenAccess(
        Accounts.open(store, clock, random),
        new Intake(store, random),
        engine.models(),
        requestsPerMinute);
  }

  /// Keeps what those ask and say, where they agreed to it.
  public AnswerStore answers() throws IOException {
    return KeptAnswers.in(store, engine.models(), clock, random);
  }

  private SiteArea playground() throws IOException {
    var erasable = ErasableModules.of(store, clock, random);
    return Playground.of(
        new PlaygroundServices(
            engine,
            new Intake(store, random),
            store,
            PlaygroundHistory.open(store),
            CustomerFeedback.open(store),
            erasable.modules(),
            erasable.accounts().audit(),
            folder.root(),
            random,
            new WithdrawnConsent(folder, erasable.queue()),
            nanos));
  }

  private SiteArea label() throws IOException {
    var queue = TaskQueue.open(store, Audit.open(store, clock), clock, random);
    var intake = new Intake(store, random);
    var exports = new LabelingExports(store, key(), clock, intake::facts);
    var rounds = new Rounds(queue, store, new Models(), () -> usable(intake), random);
    rounds.resume();
    return LabelArea.of(
        queue,
        Screening.open(store, Audit.open(store, clock), clock, random),
        new Quality(store),
        Surveys.open(store),
        exports,
        rounds,
        store);
  }

  /// Accepts prompts that no missing or withdrawn consent excludes.
  private static Predicate<Prompt> usable(Intake intake) {
    var objection = intake.objection();
    return prompt -> objection.apply(prompt).isEmpty();
  }

  /// The key of the pseudonyms in exports: made once, stored apart from the data, readable by the
  /// file's owner only. Without it exports cannot be joined with each other.
  private byte[] key() throws IOException {
    Path file = folder.root().resolve("pseudonyms.key");
    if (!Files.exists(file)) {
      var fresh = new byte[KEY_BYTES];
      random.nextBytes(fresh);
      var text = HexFormat.of().formatHex(fresh) + "\n";
      PrivateFiles.write(file, out -> out.write(text.getBytes(StandardCharsets.US_ASCII)));
    }
    return HexFormat.of().parseHex(Files.readString(file).strip());
  }

  /// Generates outputs to be compared with the models of the workspace.
  private final class Models implements OutputSource {
    @Override
    public List<String> models() {
      return engine.names();
    }

    @Override
    public List<List<OutputSource.Answer>> answers(String model, List<String> prompts, int k)
        throws Exception {
      long seed = random.nextLong(1L << 40);
      var settings = new GenerationSettings(LONGEST, 1, 1, List.of(), seed);
      var all =
          prompts.stream()
              .flatMap(prompt -> IntStream.range(0, k).mapToObj(_ -> prompt))
              .collect(Collectors.toCollection(ArrayList::new));
      var given = retrying(model, all, settings);
      return IntStream.range(0, prompts.size())
          .mapToObj(i -> said(given.subList(i * k, (i + 1) * k)))
          .toList();
    }

    /// The answers without those that failed, which happens when a prompt is too long for the
    /// model.
    private static List<OutputSource.Answer> said(List<Completion> answers) {
      return answers.stream()
          .filter(answer -> answer.finish() != Finish.FAILED)
          .map(answer -> new OutputSource.Answer(answer.text(), answer.finish() != Finish.LENGTH))
          .toList();
    }

    /// Retries while the engine's queue is full, so that the playground comes first.
    private List<Completion> retrying(
        String model, List<String> prompts, GenerationSettings settings) throws Exception {
      while (!engine.closed()) {
        try {
          return engine.complete(model, prompts, settings).get();
        } catch (InferenceEngine.Overloaded busy) {
          Thread.sleep(AGAIN_MILLIS);
        }
      }
      throw new CancellationException("the program is shutting down");
    }
  }
}
