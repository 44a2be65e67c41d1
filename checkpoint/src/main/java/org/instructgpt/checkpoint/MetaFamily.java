package org.instructgpt.checkpoint;

import static org.instructgpt.model.ParameterShapes.DOWN;
import static org.instructgpt.model.ParameterShapes.LAST_NORM;
import static org.instructgpt.model.ParameterShapes.NORM_1;
import static org.instructgpt.model.ParameterShapes.NORM_2;
import static org.instructgpt.model.ParameterShapes.PROJECTION;
import static org.instructgpt.model.ParameterShapes.QUERIES;
import static org.instructgpt.model.ParameterShapes.TOKENS;
import static org.instructgpt.model.ParameterShapes.UP;

import java.util.ArrayList;
import java.util.List;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.ParameterShapes;
import org.instructgpt.text.KeyReview;

/// Llama with the names that its makers give its tensors (`layers.0.attention.wq.weight`), as
/// [MetaLayout] finds it. It is read only: what is made of it is saved as a Llama in Hugging Face's
/// layout, which other programs open.
///
/// Both layouts turn the entries of a head in pairs. Meta's turns neighbours, 2j and 2j + 1;
/// Hugging Face's, and ours, j and j + D/2 of D. The rows of the matrices of queries and keys are
/// in another order for that, and nothing else differs (Su et al. 2021, arXiv 2104.09864, pair
/// neighbours).
record MetaFamily() implements Family {
  /// How a description that was put into other words is obeyed.
  private static final LlamaFamily LLAMA = new LlamaFamily(LlamaFamily.Kind.LLAMA);

  @Override
  public String type() {
    return "Llama in Meta's layout";
  }

  @Override
  public Names names() {
    return new Names(
        LLAMA.names().language(),
        LLAMA.names().body(),
        LLAMA.names().reward(),
        "",
        "output.weight");
  }

  @Override
  public KeyReview keys() {
    return LLAMA.keys();
  }

  @Override
  public GptConfig shape(ConfigJson config) {
    return LLAMA.shape(config);
  }

  @Override
  public List<StoredTensor> body(GptConfig shape) {
    var tensors = new ArrayList<StoredTensor>();
    long c = shape.width();
    tensors.add(StoredTensor.same("tok_embeddings.weight", TOKENS, shape.vocabulary(), c));
    for (int i = 0; i < shape.layers(); i++) {
      block(tensors, shape, "layers." + i + ".", ParameterShapes.block(i));
    }
    tensors.add(StoredTensor.same("norm.weight", LAST_NORM + ".weight", c));
    return tensors;
  }

  private static void block(List<StoredTensor> tensors, GptConfig shape, String from, String to) {
    long c = shape.width();
    long d = shape.effective().heads().width();
    long h = shape.heads();
    long k = shape.effective().heads().keys();
    long f = shape.effective().network().width();
    var at = from + "attention.";
    var queries = to + QUERIES + ".weight";
    tensors.add(StoredTensor.same(from + "attention_norm.weight", to + NORM_1 + ".weight", c));
    tensors.add(StoredTensor.same(from + "ffn_norm.weight", to + NORM_2 + ".weight", c));
    tensors.add(StoredTensor.neighbours(at + "wq.weight", queries, 0, h, d, c));
    tensors.add(StoredTensor.neighbours(at + "wk.weight", queries, h * d, k, d, c));
    tensors.add(StoredTensor.columns(at + "wv.weight", queries, (h + k) * d, k * d, c));
    tensors.add(StoredTensor.columns(at + "wo.weight", to + PROJECTION + ".weight", 0, c, h * d));
    var network = from + "feed_forward.";
    tensors.add(StoredTensor.columns(network + "w1.weight", to + UP + ".weight", 0, f, c));
    tensors.add(StoredTensor.columns(network + "w3.weight", to + UP + ".weight", f, f, c));
    tensors.add(StoredTensor.columns(network + "w2.weight", to + DOWN + ".weight", 0, c, f));
  }

  @Override
  public boolean isBuffer(String name) {
    return name.equals("rope.freqs");
  }
}
