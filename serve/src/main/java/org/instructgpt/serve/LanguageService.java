package org.instructgpt.serve;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.instructgpt.model.ContinuousSampler;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.ScoredToken;
import org.instructgpt.model.TokenScores;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.text.Tokenizer;

/// Generates the completions of all requests to a language model together: a request that comes
/// while others are answered joins them at the next token. Requests for which there is no room give
/// one completion each in turn, so that a large batch does not keep a single question waiting.
final class LanguageService implements ModelService {
  /// Tokens of inputs that are scored between two tokens of the completions, if one input does not
  /// need more.
  private static final int SCORED_TOGETHER = 2048;

  private final ServedModel model;
  private final Gpt gpt;
  private final Tokenizer tokenizer;
  private final InputEncoder encoder;
  private final Sampler sampler;
  private final ContinuousSampler batch;
  private final Consumer<ModelRequest> over;

  /// How many completions of each request are not over.
  private final Map<GenerationRequest, Integer> open = new HashMap<>();

  /// What is to begin, of each request; the request whose turn it is first.
  private final ArrayDeque<ArrayDeque<Row>> waiting = new ArrayDeque<>();

  /// One completion of a request.
  private record Row(GenerationRequest request, int place, int[] input) {
    RowRequest wanted() {
      return request.rows().get(place);
    }

    boolean isToBeScored() {
      return wanted().scoresInput() && input.length > 1;
    }
  }

  /// @param sampler of the model
  /// @param batch of the sampler
  LanguageService(
      ServedModel model,
      Gpt gpt,
      Tokenizer tokenizer,
      Sampler sampler,
      ContinuousSampler batch,
      Consumer<ModelRequest> over) {
    this.model = model;
    this.gpt = gpt;
    this.tokenizer = tokenizer;
    this.encoder = new InputEncoder(model, tokenizer);
    this.sampler = sampler;
    this.batch = batch;
    this.over = over;
  }

  @Override
  public void add(ModelRequest request) {
    if (!(request instanceof GenerationRequest wanted)) {
      throw new IllegalArgumentException(model.name() + " is no reward model and scores nothing");
    }
    int count = wanted.rows().size();
    open.put(wanted, count);
    var rows = new ArrayDeque<Row>();
    for (int place = 0; place < count; place++) {
      readable(wanted, place).ifPresent(rows::add);
    }
    if (!rows.isEmpty()) {
      waiting.add(rows);
    }
  }

  /// A row whose input the model can read; another one is refused.
  private Optional<Row> readable(GenerationRequest request, int place) {
    int[] input;
    try {
      var wanted = request.rows().get(place);
      input = encoder.ids(wanted.input());
      encoder.check(wanted.adjustment().bias().keySet().stream().mapToInt(id -> id));
    } catch (IllegalArgumentException refused) {
      refuse(
          request, place, Failure.unreadable(model.name(), String.valueOf(refused.getMessage())));
      return Optional.empty();
    }
    if (input.length >= batch.slots()) {
      refuse(request, place, Failure.tooLong(input.length, batch.slots() - 1));
      return Optional.empty();
    }
    return Optional.of(new Row(request, place, input));
  }

  private void refuse(GenerationRequest request, int place, Failure failure) {
    request.failed(place, failure);
    closed(request);
  }

  private void generate(Row row, List<ScoredToken> scores) {
    var wanted = row.wanted();
    var settings = wanted.settings();
    if (settings.longest() == 0) {
      row.request.started(row.place, row.input, scores);
      row.request.finished(row.place, "", Finish.LENGTH, 0);
      closed(row.request);
      return;
    }
    batch.add(
        new ContinuousSampler.Request(
            row.input,
            settings.longest(),
            settings.temperature(),
            settings.topP(),
            wanted.stream(),
            wanted.adjustment(),
            wanted.alternatives()),
        new Receiver(row, scores));
  }

  private void closed(GenerationRequest request) {
    if (open.merge(request, -1, Integer::sum) == 0) {
      open.remove(request);
      over.accept(request);
    }
  }

  /// Passes the tokens of a completion on as text.
  private final class Receiver implements ContinuousSampler.Listener {
    private final Row row;
    private final List<ScoredToken> scores;
    private final StreamedText text;
    private int tokens;

    Receiver(Row row, List<ScoredToken> scores) {
      this.row = row;
      this.scores = scores;
      var stops = row.wanted().settings().stops();
      this.text =
          new StreamedText(
              tokenizer,
              row.input,
              sampler::ends,
              stops,
              row.wanted().exact()
                  ? StreamedText.Space.ALL
                  : model.answers() ? StreamedText.Space.INNER : StreamedText.Space.NOT_LAST);
    }

    @Override
    public boolean wanted() {
      return row.request.wanted();
    }

    @Override
    public void begun() {
      row.request.started(row.place, row.input, scores);
    }

    @Override
    public boolean token(ScoredToken token) {
      tokens++;
      boolean tellsEnd = row.wanted().exact() && row.wanted().alternatives() >= 0;
      if (tellsEnd || !sampler.ends(token.id())) {
        row.request.appended(row.place, text.add(token.id()), tokens, token);
      }
      return row.request.wanted() && !text.stopped();
    }

    @Override
    public void ended(Sampler.Finish finish) {
      row.request.finished(row.place, text.end(), finish(finish), tokens);
      closed(row.request);
    }

    private Finish finish(Sampler.Finish finish) {
      if (text.stopped()) {
        return Finish.STOP;
      }
      return switch (finish) {
        case STOP -> Finish.COMPLETE;
        case LENGTH -> Finish.LENGTH;
        case ENDED -> Finish.CANCELLED;
      };
    }
  }

  @Override
  public boolean step() {
    begin();
    boolean _ = batch.step();
    return busy();
  }

  /// Begins as many rows as there is room for, and scores the inputs of some.
  private void begin() {
    var unscored = new ArrayList<Row>();
    int tokens = 0;
    while (!waiting.isEmpty() && batch.size() + unscored.size() < batch.places()) {
      var row = waiting.element().element();
      if (row.isToBeScored() && tokens > 0 && tokens + row.input.length > SCORED_TOGETHER) {
        break;
      }
      next();
      if (!row.request.wanted()) {
        row.request.finished(row.place, "", Finish.CANCELLED, 0);
        closed(row.request);
      } else if (row.isToBeScored()) {
        unscored.add(row);
        tokens += row.input.length;
      } else {
        generate(row, List.of());
      }
    }
    if (!unscored.isEmpty()) {
      score(unscored);
    }
  }

  /// Takes the first row that waits; then it is another request's turn.
  private void next() {
    var rows = waiting.remove();
    var _ = rows.remove();
    if (!rows.isEmpty()) {
      waiting.add(rows);
    }
  }

  private void score(List<Row> rows) {
    int most = rows.stream().mapToInt(row -> row.wanted().alternatives()).max().orElse(0);
    var inputs = rows.stream().map(Row::input).toList();
    var scores = TokenScores.of(gpt, inputs, Math.max(0, most));
    for (int i = 0; i < rows.size(); i++) {
      generate(rows.get(i), scores.get(i));
    }
  }

  @Override
  public boolean busy() {
    return !open.isEmpty();
  }

  @Override
  public void fail(Failure failure) {
    var failed = List.copyOf(open.keySet());
    open.clear();
    waiting.clear();
    for (var request : failed) {
      request.failed(failure);
      over.accept(request);
    }
  }

  @Override
  public void close() {
    batch.close();
  }
}
