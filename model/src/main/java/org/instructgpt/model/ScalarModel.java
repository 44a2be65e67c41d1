package org.instructgpt.model;

import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// A GPT with a projection to one number in place of the unembedding: the reward model, and PPO's
/// value network (InstructGPT section 3.5).
///
/// A *reward* is read at the last token of prompt and response, a *value* at the position before
/// each response token. The bias is the reward model's shift: its loss sees differences only, so
/// training leaves it alone and afterwards it is set so that demonstrations score 0 on average.
///
/// Belongs to the scope it is built in.
public final class ScalarModel {
  /// The name of the projection to one number (1, C).
  public static final String HEAD = "score.weight";

  /// The name of what is added to it (1).
  public static final String BIAS = "score.bias";

  private final Gpt gpt;
  private CarriedFiles carried;

  /// Parameters of zero; fill them with [#initializeFrom] or from a checkpoint.
  public ScalarModel(GptConfig config, Precision precision, Device device) {
    this(config, precision, new Parameters(shapes(config), DType.FLOAT32, device));
  }

  /// A model over given parameters, which hold at least those of [#shapes]; float64 ones are for
  /// tests.
  public ScalarModel(GptConfig config, Precision precision, Parameters parameters) {
    this(config, precision, parameters, CarriedFiles.NONE);
  }

  /// A model of a checkpoint.
  ///
  /// @param carried files that go with it
  public ScalarModel(
      GptConfig config, Precision precision, Parameters parameters, CarriedFiles carried) {
    this.gpt = new Gpt(config.withoutUnembedding(), precision, parameters);
    this.carried = carried;
  }

  private ScalarModel(Gpt gpt, CarriedFiles carried) {
    this.gpt = gpt;
    this.carried = carried;
  }

  /// The same model, the weights of its body shared, with an adapter that has a head: head and bias
  /// are copied there, and what is trained is the adapter.
  ///
  /// @throws IllegalArgumentException if the adapter has no head
  public ScalarModel with(Adapter added) {
    if (!added.hasHead()) {
      throw new IllegalArgumentException(
          "expected an adapter with a head, as a reward model's has, found one without");
    }
    Scope.constant(() -> {
      added.parameters().get(HEAD).copy_(head(HEAD));
      added.parameters().get(BIAS).copy_(head(BIAS));
    });
    return new ScalarModel(gpt.with(added), carried);
  }

  private Tensor head(String name) {
    return trained().get(name);
  }

  /// The names and shapes of body, head and bias.
  public static SequencedMap<String, long[]> shapes(GptConfig config) {
    var shapes = new LinkedHashMap<>(Gpt.shapes(config.withoutUnembedding()));
    shapes.put(HEAD, new long[] {1, config.width()});
    shapes.put(BIAS, new long[] {1});
    return shapes;
  }

  /// Takes the body of a language model and draws a head of deviation 1/sqrt(C + 1), bias 0
  /// (Stiennon et al. 2020).
  public void initializeFrom(Gpt source, Randomness random) {
    Scope.constant(() -> {
      var body = source.parameters().byName();
      Gpt.shapes(config())
          .keySet()
          .forEach(
              name -> parameters().get(name).copy_(Objects.requireNonNull(body.get(name), name)));
      double deviation = 1 / Math.sqrt(config().width() + 1.0);
      var head =
          Tensor.empty(DType.FLOAT32, random.device(), 1, config().width())
              .normal_(0, deviation, random);
      head(HEAD).copy_(head);
      head(BIAS).zero_();
    });
    carried = source.carried();
  }

  /// The files that go with this model and with what is made of it.
  public CarriedFiles carried() {
    return carried;
  }

  /// The shape of the body.
  public GptConfig config() {
    return gpt.config();
  }

  /// Body, head and bias, without an adapter's.
  public Parameters parameters() {
    return gpt.parameters();
  }

  /// The parameters that training changes: those of the adapter, its head among them, if there is
  /// one, else the model's.
  public Parameters trained() {
    return gpt.trained();
  }

  /// The adapter, if there is one.
  public Optional<Adapter> adapter() {
    return gpt.adapter();
  }

  /// The arithmetic of the matrix products; the head is always in the parameters' type.
  public Precision precision() {
    return gpt.precision();
  }

  /// The reward (B) of each row.
  public Tensor rewards(Sequences batch) {
    return read(batch, batch.last());
  }

  /// The value (R) before each response token.
  public Tensor values(Sequences batch) {
    return read(batch, batch.predictors());
  }

  private Tensor read(Sequences batch, Tensor positions) {
    var hidden = gpt.hidden(batch, Dropout.NONE);
    var head = head(HEAD).transpose(0, 1);
    return head(BIAS).addmm(hidden.indexSelect(0, positions), head).squeeze(1);
  }

  /// What is added to every reward.
  public double bias() {
    return head(BIAS).item();
  }

  /// Sets what is added to every reward.
  public void setBias(double bias) {
    Scope.constant(() -> head(BIAS).fill_(bias));
  }
}
