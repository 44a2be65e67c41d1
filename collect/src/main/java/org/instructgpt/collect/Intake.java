package org.instructgpt.collect;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.instructgpt.records.Erasable;
import org.instructgpt.records.Feedback;
import org.instructgpt.records.Ids;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Stores customers' prompts with their consent, and none without it (paper section 3.2: users of
/// the playground were told that their inputs may train models).
///
/// A customer reads a version of the notice and accepts it; each prompt is stored together with the
/// consent under which it was given. After a withdrawal the customer's prompts stay visible to
/// them, but neither curation nor an export uses them. A new consent covers only later prompts.
///
/// Methods without a [Handle] return after their write is on disk.
public final class Intake implements Erasable {
  private final Store store;
  private final RandomGenerator random;

  /// Creates the tables if they do not exist.
  ///
  /// @param random makes ids of prompts and consents; used under a lock
  public Intake(Store store, RandomGenerator random) throws IOException {
    this.store = store;
    this.random = random;
    store.extend("collect", Intake.class);
  }

  /// The consent of a customer to a notice.
  ///
  /// @param notice the version of its text
  public record Consent(String notice, Instant at) {
    public Consent {
      if (notice.isBlank() || notice.length() > 100) {
        throw new IllegalArgumentException(
            "consent: expected the version of a notice in 1 to 100 characters, found \"%s\""
                .formatted(notice));
      }
      at = Instant.ofEpochMilli(at.toEpochMilli());
    }
  }

  /// A prompt was to be stored without a consent in force.
  public static final class NoConsent extends IllegalArgumentException {
    private NoConsent(String account, String notice) {
      super(
          "expected the consent of %s to notice %s, found none in force; nothing was stored"
              .formatted(account, notice));
    }
  }

  /// Stores the consent of an account to a notice. If the account has consented to it already, the
  /// earlier consent stands.
  public Consent accept(String account, String notice, Instant now) {
    return store.writeNow(handle -> accept(handle, account, notice, now));
  }

  /// The same in a transaction of the caller.
  public Consent accept(Handle handle, String account, String notice, Instant now) {
    Consent consent = new Consent(notice, now);
    return inForce(handle, account)
        .map(Row::consent)
        .filter(earlier -> earlier.notice().equals(notice))
        .orElseGet(() -> {
          insert(handle, fresh(now), account, consent);
          return consent;
        });
  }

  /// The consent of an account that is in force.
  public Optional<Consent> consent(String account) {
    return store.read(handle -> inForce(handle, account).map(Row::consent));
  }

  /// Stores a prompt of a customer.
  ///
  /// @param consent as [#accept] or [#consent] gave it
  /// @throws NoConsent if that is not in force any more; nothing is stored then
  public Prompt ask(
      String account, Optional<String> organisation, String text, Consent consent, Instant now) {
    Prompt prompt = prompt(account, organisation, text, now);
    return store.writeNow(handle -> add(handle, prompt, consent));
  }

  /// Makes a prompt for [#add] to store.
  public Prompt prompt(String account, Optional<String> organisation, String text, Instant now) {
    Optional<String> user = Optional.of(account);
    return new Prompt(
        fresh(now),
        text,
        Prompt.Source.CUSTOMER,
        user,
        organisation,
        Split.Fractions.USUAL.splitOf(user, organisation, text),
        Optional.empty(),
        now);
  }

  /// Stores a prompt of a customer in a transaction of the caller.
  public Prompt add(Handle handle, Prompt prompt, Consent consent) {
    String account = prompt.user().orElseThrow();
    Row row =
        inForce(handle, account)
            .filter(found -> found.consent().equals(consent))
            .orElseThrow(() -> new NoConsent(account, consent.notice()));
    store.insert(handle, prompt);
    link(handle, prompt.id(), row.id());
    return prompt;
  }

  /// Withdraws the consent of an account: its prompts are not used any more, and it must consent
  /// again to ask.
  public void withdraw(String account, Instant now) {
    int _ = store.writeNow(handle -> withdraw(handle, account, now));
  }

  /// The same in a transaction of the caller; how many consents were in force.
  public int withdraw(Handle handle, String account, Instant now) {
    return handle
        .createUpdate(
            "UPDATE collect_consent SET withdrawn = :now"
                + " WHERE account = :account AND withdrawn IS NULL")
        .bind("now", now.toEpochMilli())
        .bind("account", account)
        .execute();
  }

  /// The prompts of an account whose consent is withdrawn.
  public Set<String> withdrawn(Handle handle, String account) {
    return handle
        .createQuery(
            "SELECT g.prompt_id FROM collect_given g JOIN collect_consent c ON c.id = g.consent_id"
                + " WHERE c.account = :account AND c.withdrawn IS NOT NULL")
        .bind("account", account)
        .mapTo(String.class)
        .set();
  }

  /// Whether something may be added to a customer's prompt: the consent under which it was given is
  /// in force.
  public boolean allows(Handle handle, String prompt) {
    return handle
        .createQuery(
            "SELECT g.prompt_id FROM collect_given g JOIN collect_consent c ON c.id = g.consent_id"
                + " WHERE g.prompt_id = :prompt AND c.withdrawn IS NULL")
        .bind("prompt", prompt)
        .mapTo(String.class)
        .findOne()
        .isPresent();
  }

  /// Whether an account has a consent in force, in a transaction of the caller.
  public boolean consents(Handle handle, String account) {
    return inForce(handle, account).isPresent();
  }

  /// The period in which a consent was in force.
  ///
  /// @param withdrawn when it was withdrawn, if it was
  public record Term(String notice, Instant given, Optional<Instant> withdrawn) {}

  /// The consents of an account, withdrawn ones too, oldest first.
  public List<Term> terms(String account) {
    return store.read(handle ->
        handle
            .createQuery(
                "SELECT notice, given, withdrawn FROM collect_consent"
                    + " WHERE account = :account ORDER BY seq")
            .bind("account", account)
            .map((row, _) -> {
              long until = row.getLong("withdrawn");
              return new Term(
                  row.getString("notice"),
                  Instant.ofEpochMilli(row.getLong("given")),
                  until == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(until)));
            })
            .list());
  }

  /// For an import whose user vouches that the customers consented elsewhere: stores a consent for
  /// each prompt of a customer.
  ///
  /// @param notice they consented to; without one, prompts of customers are refused
  public BiConsumer<Handle, Feedback> vouching(Optional<String> notice, Instant now) {
    Map<String, String> consents = new HashMap<>();
    return (handle, record) -> {
      if (record instanceof Prompt prompt && prompt.source() == Prompt.Source.CUSTOMER) {
        Consent consent =
            new Consent(
                notice.orElseThrow(() ->
                    new IllegalArgumentException(
                        "expected the notice to which customers agreed (--consent VERSION), since"
                            + " prompt "
                            + prompt.id()
                            + " is a customer's; nothing was imported")),
                now);
        String account = prompt.user().or(prompt::organisation).orElse("unknown");
        String id = consents.computeIfAbsent(account, who -> vouched(handle, who, consent));
        link(handle, prompt.id(), id);
      }
    };
  }

  private String vouched(Handle handle, String account, Consent consent) {
    Optional<Row> earlier =
        inForce(handle, account).filter(row -> row.consent().notice().equals(consent.notice()));
    if (earlier.isPresent()) {
      return earlier.get().id();
    }
    String id = fresh(consent.at());
    insert(handle, id, account, consent);
    return id;
  }

  /// Why a prompt must not be used, if so: no consent, or one that was withdrawn. Only prompts of
  /// customers need consent; labelers are paid, and published prompts have a license. The answers
  /// are those of the moment of this call.
  public Function<Prompt, Optional<String>> objection() {
    Map<String, Given> given = store.read(Intake::given);
    return prompt -> objection(prompt, given.get(prompt.id()));
  }

  private static Optional<String> objection(Prompt prompt, @Nullable Given given) {
    if (prompt.source() != Prompt.Source.CUSTOMER) {
      return Optional.empty();
    }
    if (given == null) {
      return Optional.of("no consent on record");
    }
    return given.withdrawn() ? Optional.of("consent withdrawn") : Optional.empty();
  }

  /// The facts that an export adds to a prompt: `consent_version` and `consent_at` of a customer's
  /// prompt, and `curation`, either `kept` or the step of the last curation that dropped it. Empty
  /// if the prompt must not be exported, see [#objection].
  public Function<Prompt, Optional<Map<String, Object>>> facts(Handle handle) {
    Map<String, Given> given = given(handle);
    Map<String, String> curated = new HashMap<>();
    handle
        .createQuery("SELECT prompt_id, coalesce(dropped, 'kept') AS step FROM collect_curated")
        .map((row, _) -> {
          curated.put(row.getString("prompt_id"), row.getString("step"));
          return true;
        })
        .list();
    return prompt -> {
      Given consented = given.get(prompt.id());
      if (objection(prompt, consented).isPresent()) {
        return Optional.empty();
      }
      Map<String, Object> facts = new LinkedHashMap<>();
      if (consented != null) {
        facts.put("consent_version", consented.consent().notice());
        facts.put("consent_at", consented.consent().at().toString());
      }
      Optional.ofNullable(curated.get(prompt.id())).ifPresent(step -> facts.put("curation", step));
      return Optional.of(facts);
    };
  }

  private record Given(Consent consent, boolean withdrawn) {}

  /// By prompt.
  private static Map<String, Given> given(Handle handle) {
    Map<String, Given> given = new HashMap<>();
    handle
        .createQuery(
            "SELECT g.prompt_id, c.notice, c.given,"
                + " CASE WHEN c.withdrawn IS NULL THEN 0 ELSE 1 END AS gone"
                + " FROM collect_given g JOIN collect_consent c ON c.id = g.consent_id")
        .map((row, _) -> {
          Instant at = Instant.ofEpochMilli(row.getLong("given"));
          Consent consent = new Consent(row.getString("notice"), at);
          given.put(row.getString("prompt_id"), new Given(consent, row.getInt("gone") == 1));
          return true;
        })
        .list();
    return given;
  }

  @Override
  public int erase(Handle handle, Set<String> people, Set<String> prompts) {
    int rows = 0;
    rows += in(handle, "DELETE FROM collect_curated WHERE prompt_id IN (<all>)", prompts);
    rows += in(handle, "DELETE FROM collect_given WHERE prompt_id IN (<all>)", prompts);
    rows +=
        in(
            handle,
            "DELETE FROM collect_given WHERE consent_id IN"
                + " (SELECT id FROM collect_consent WHERE account IN (<all>))",
            people);
    rows += in(handle, "DELETE FROM collect_consent WHERE account IN (<all>)", people);
    return rows;
  }

  private static int in(Handle handle, String sql, Collection<String> all) {
    List<String> list = new ArrayList<>(all);
    int rows = 0;
    for (int from = 0; from < list.size(); from += 500) {
      rows +=
          handle
              .createUpdate(sql)
              .bindList("all", list.subList(from, Math.min(from + 500, list.size())))
              .execute();
    }
    return rows;
  }

  private record Row(String id, Consent consent) {}

  private static Optional<Row> inForce(Handle handle, String account) {
    return handle
        .createQuery(
            "SELECT id, notice, given FROM collect_consent"
                + " WHERE account = :account AND withdrawn IS NULL ORDER BY seq DESC LIMIT 1")
        .bind("account", account)
        .map((row, _) ->
            new Row(
                row.getString("id"),
                new Consent(row.getString("notice"), Instant.ofEpochMilli(row.getLong("given")))))
        .findOne();
  }

  private static void insert(Handle handle, String id, String account, Consent consent) {
    handle.execute(
        "INSERT INTO collect_consent (id, account, notice, given) VALUES (?, ?, ?, ?)",
        id,
        account,
        consent.notice(),
        consent.at().toEpochMilli());
  }

  private static void link(Handle handle, String prompt, String consent) {
    handle.execute(
        "INSERT INTO collect_given (prompt_id, consent_id) VALUES (?, ?)"
            + " ON CONFLICT (prompt_id) DO NOTHING",
        prompt,
        consent);
  }

  private String fresh(Instant now) {
    synchronized (random) {
      return Ids.fresh(now, random);
    }
  }
}
