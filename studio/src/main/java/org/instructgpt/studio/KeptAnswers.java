package org.instructgpt.studio;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.instructgpt.api.AnswerStore;
import org.instructgpt.api.ApiAccess.Keeping;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.collect.Intake;
import org.instructgpt.collect.Intake.Consent;
import org.instructgpt.files.Sha256;
import org.instructgpt.records.Ids;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.serve.ModelCatalog;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Audit;
import org.jdbi.v3.core.Handle;

/// Keeps what programs ask over OpenAI's interface where the playground's questions are, and takes
/// what they say of the answers.
///
/// A request of an account is the account's; its consent must be in force. A request with a key of
/// a file is that of the key's owner, who vouches for the consent of its users: each user that the
/// client names (`user`) has prompts of its own, and a consent that can be withdrawn, after which
/// nothing of it is kept any more.
public final class KeptAnswers implements AnswerStore {
  private static final int LONGEST_USER = 100;

  private final Store store;
  private final Intake intake;
  private final PlaygroundHistory history;
  private final AnswerOpinions opinions;
  private final Audit audit;
  private final ModelCatalog models;
  private final InstantSource clock;
  private final SecureRandom random;

  private KeptAnswers(Store store, ModelCatalog models, InstantSource clock, SecureRandom random)
      throws IOException {
    this.store = store;
    this.intake = new Intake(store, random);
    this.history = PlaygroundHistory.open(store);
    this.opinions = new AnswerOpinions(store, history, CustomerFeedback.open(store), intake);
    this.audit = Audit.open(store, clock);
    this.models = models;
    this.clock = clock;
    this.random = random;
  }

  /// In a store, whose tables are created where they are missing.
  ///
  /// @param models that answer
  public static KeptAnswers in(
      Store store, ModelCatalog models, InstantSource clock, SecureRandom random)
      throws IOException {
    return new KeptAnswers(store, models, clock, random);
  }

  @Override
  public boolean keep(Keeping whose, Asked asked) {
    var now = clock.instant();
    var prompt = prompt(whose, asked, now);
    if (whose.always() && hasWithdrawn(prompt.user().orElseThrow(), whose.notice())) {
      return false;
    }
    try {
      return store.writeNow(handle -> {
        if (whose.always()) {
          store.insert(handle, prompt);
          intake.vouching(Optional.of(whose.notice()), now).accept(handle, prompt);
        } else {
          intake.add(handle, prompt, consent(whose));
        }
        store(handle, turn(whose, asked, prompt));
        audit.append(handle, whose.account(), "asked", asked.id());
        return true;
      });
    } catch (Intake.NoConsent withdrawnMeanwhile) {
      return false;
    }
  }

  @Override
  public Reply take(Keeping whose, Opinion opinion) {
    var account = whose.account();
    var now = clock.instant();
    try {
      return switch (opinion) {
        case Opinion.Thumb(var at, int verdict, var note) -> {
          var kept = verdict == 0 ? OptionalInt.empty() : OptionalInt.of(verdict);
          boolean found = opinions.thumb(account, at.id(), at.place(), kept, now);
          if (found && note.isPresent()) {
            boolean _ = history.report(account, at.id(), at.place(), note.get());
          }
          yield reply(found);
        }
        case Opinion.Rewritten(var at, String text) ->
            reply(opinions.rewrite(account, at.id(), at.place(), text, now));
        case Opinion.Ranked(var answers, var ranks) -> {
          var places = answers.stream().map(KeptAnswers::at).toList();
          yield reply(opinions.prefer(account, places, ranks, now));
        }
      };
    } catch (ApiError refused) {
      return switch (refused.problems().getFirst().key()) {
        case "refusal.rewrite-same" -> Reply.SAME_TEXT;
        case "refusal.other-prompts" -> Reply.OTHER_PROMPTS;
        default -> Reply.UNKNOWN; // the consent ended, or the answer failed
      };
    }
  }

  private static Reply reply(boolean found) {
    return found ? Reply.KEPT : Reply.UNKNOWN;
  }

  private static AnswerOpinions.AnswerAt at(AnswerId answer) {
    return new AnswerOpinions.AnswerAt(answer.id(), answer.place());
  }

  /// Stores a turn whose answers are complete, inside the caller's transaction.
  private void store(Handle handle, PlaygroundHistory.Turn turn) {
    history.begin(handle, turn);
    for (var answer : turn.answers()) {
      int _ =
          new SeenText(handle, turn.id(), answer.place())
              .complete(answer.text(), answer.finish().orElseThrow(), answer.tokens());
    }
  }

  private boolean hasWithdrawn(String user, String notice) {
    var terms = intake.terms(user).stream().filter(term -> term.notice().equals(notice)).toList();
    return !terms.isEmpty() && terms.getLast().withdrawn().isPresent();
  }

  /// The consent that the account gave; where that has ended, one that is in force nowhere.
  private Consent consent(Keeping whose) {
    return intake
        .consent(whose.account())
        .filter(consent -> consent.notice().equals(whose.notice()))
        .orElseGet(() -> new Consent(whose.notice(), Instant.EPOCH));
  }

  private Prompt prompt(Keeping whose, Asked asked, Instant now) {
    if (!whose.always()) {
      return intake.prompt(whose.account(), Optional.empty(), asked.prompt(), now);
    }
    var user = Optional.of(asked.user().map(KeptAnswers::user).orElse(whose.account()));
    var organisation = Optional.of(whose.account());
    return new Prompt(
        fresh(now),
        asked.prompt(),
        Prompt.Source.CUSTOMER,
        user,
        organisation,
        Split.Fractions.USUAL.splitOf(user, organisation, asked.prompt()),
        Optional.empty(),
        now);
  }

  /// A client's name of a user as an id: one that cannot be an id is named by its hash.
  private static String user(String name) {
    return name.length() <= LONGEST_USER && name.matches("[!-~]+") ? name : Sha256.of(name);
  }

  private String fresh(Instant now) {
    synchronized (random) {
      return Ids.fresh(now, random);
    }
  }

  private PlaygroundHistory.Turn turn(Keeping whose, Asked asked, Prompt prompt) {
    var weights = models.find(asked.model()).map(ModelPages::weights).orElse("");
    var answers =
        IntStream.range(0, asked.answers().size())
            .mapToObj(place -> {
              var given = asked.answers().get(place);
              return new PlaygroundHistory.Answer(
                  place,
                  asked.model(),
                  weights,
                  given.text(),
                  Optional.of(given.finish()),
                  given.tokens(),
                  OptionalInt.empty(),
                  Optional.empty());
            })
            .toList();
    return new PlaygroundHistory.Turn(
        asked.id(),
        whose.account(),
        prompt.id(),
        prompt.text(),
        prompt.created(),
        asked.settings(),
        answers);
  }
}
