package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every differentiable operation against central differences in double precision.
///
/// The scalar that is differentiated is the sum of the result times fixed weights, so that every
/// entry of the result has its own influence and an error in one cannot hide in another.
@ExtendWith(Scoped.class)
class GradientTest {
  private static final double STEP = 1e-5;

  record Case(String name, Function<List<Tensor>, Tensor> operation, List<long[]> shapes) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case one(String name, Function<Tensor, Tensor> operation, long... shape) {
    var shapes = List.of(shape.length == 0 ? dims(2, 3) : shape);
    return new Case(name, x -> operation.apply(x.get(0)), shapes);
  }

  private static Case two(String name, java.util.function.BinaryOperator<Tensor> operation) {
    return two(name, operation, dims(2, 3), dims(2, 3));
  }

  private static Case two(
      String name, java.util.function.BinaryOperator<Tensor> operation, long[] a, long[] b) {
    return new Case(name, x -> operation.apply(x.get(0), x.get(1)), List.of(a, b));
  }

  private static Case three(
      String name, Function<List<Tensor>, Tensor> operation, long[] a, long[] b, long[] c) {
    return new Case(name, operation, List.of(a, b, c));
  }

  private static long[] dims(long... shape) {
    return shape;
  }

  private static Tensor ids(int rows, long... values) {
    return Tensor.of(values, rows, values.length / rows);
  }

  private static Tensor mask() {
    return Tensor.of(new boolean[] {true, false, true, false, false, true}, 2, 3);
  }

  /// Away from the places where logarithm, root and quotient have no derivative.
  private static Tensor positive(Tensor x) {
    return x.square().add(0.5);
  }

  static Stream<Case> elementwise() {
    return Stream.of(
        two("add", Tensor::add),
        two("add broadcast", Tensor::add, dims(2, 3), dims(3)),
        two("add scaled", (a, b) -> a.add(b, -0.7)),
        two("sub", Tensor::sub),
        two("mul", Tensor::mul),
        two("mul broadcast", Tensor::mul, dims(2, 1), dims(3)),
        two("div", (a, b) -> a.div(positive(b))),
        one("numbers", x -> x.add(3).sub(1).mul(-2).div(5)),
        one("neg", Tensor::neg),
        one("exp", Tensor::exp),
        one("log", x -> positive(x).log()),
        one("sqrt", x -> positive(x).sqrt()),
        one("square", Tensor::square),
        one("abs", Tensor::abs),
        one("sigmoid", Tensor::sigmoid),
        one("tanh", Tensor::tanh),
        one("logSigmoid", Tensor::logSigmoid),
        two("maximum", Tensor::maximum),
        two("minimum", Tensor::minimum),
        one("clamp", x -> x.clamp(-0.5, 1.1)),
        two("where", (a, b) -> a.where(mask(), b)),
        one("maskedFill", x -> x.maskedFill(mask(), 7)),
        one("gelu erf", x -> x.gelu(false)),
        one("gelu tanh", x -> x.gelu(true)),
        one("to float64", x -> x.to(DType.FLOAT64).copy()));
  }

  static Stream<Case> reductions() {
    return Stream.of(
        one("sum", Tensor::sum),
        one("sum dim", x -> x.sum(0)),
        one("sum keep", x -> x.sum(1, true)),
        one("mean", Tensor::mean),
        one("mean dim", x -> x.mean(1)),
        one("max", Tensor::max),
        one("min", Tensor::min),
        one("cumsum", x -> x.cumsum(1)),
        one("norm", Tensor::norm),
        one("logSumExp", x -> x.logSumExp(1)),
        one("softmax", x -> x.softmax(1)),
        one("softmax first", x -> x.softmax(0)),
        one("logSoftmax", x -> x.logSoftmax(-1)));
  }

  static Stream<Case> shapes() {
    return Stream.of(
        one("view", x -> x.view(3, 2)),
        one("reshape", x -> x.transpose(0, 1).reshape(6)),
        one("narrow", x -> x.narrow(1, 1, 2)),
        one("select", x -> x.select(0, 1)),
        one("transpose", x -> x.transpose(0, 1)),
        one("permute", x -> x.permute(2, 0, 1), 2, 3, 2),
        one("unsqueeze", x -> x.unsqueeze(1)),
        one("squeeze", x -> x.squeeze(1), 2, 1, 3),
        one("expand", x -> x.expand(4, 3), 1, 3),
        one("contiguous", x -> x.transpose(0, 1).contiguous()),
        two("cat", (a, b) -> Tensor.cat(List.of(a, b), 1)),
        two("stack", (a, b) -> Tensor.stack(List.of(a, b), 0)),
        one("gather", x -> x.gather(1, ids(2, 2, 2, 0, 1))),
        one("indexSelect", x -> x.indexSelect(0, Tensor.of(new long[] {1, 0, 1}))),
        one("embedding", x -> x.embedding(ids(2, 1, 0, 3, 1)), 4, 3));
  }

  static Stream<Case> networks() {
    return Stream.of(
        two("matmul", Tensor::matmul, dims(2, 3), dims(3, 4)),
        two("matmul batch", Tensor::matmul, dims(2, 2, 3), dims(3, 4)),
        two("bmm", Tensor::bmm, dims(2, 2, 3), dims(2, 3, 4)),
        three(
            "baddbmm",
            x -> x.get(0).baddbmm(x.get(1), x.get(2), -0.3),
            dims(2, 2, 4),
            dims(2, 2, 3),
            dims(2, 3, 4)),
        three("addmm", x -> x.get(0).addmm(x.get(1), x.get(2)), dims(4), dims(2, 3), dims(3, 4)),
        three(
            "layerNorm",
            x -> x.get(0).layerNorm(x.get(1), x.get(2), 1e-5),
            dims(2, 2, 3),
            dims(3),
            dims(3)),
        three(
            "causalAttention",
            x -> x.get(0).causalAttention(x.get(1), x.get(2)),
            dims(1, 2, 3, 4),
            dims(1, 2, 3, 4),
            dims(1, 2, 3, 4)),
        three(
            "attention",
            x -> x.get(0).attention(x.get(1), x.get(2), Tensor.of(Expect.wave(10, 2), 2, 5)),
            dims(1, 2, 2, 4),
            dims(1, 2, 5, 4),
            dims(1, 2, 5, 4)),
        one("Passes.logProbs", x -> Passes.logProbs(x.mul(1), Tensor.of(new long[] {2, 0}), 0.7)),
        one(
            "Passes.join",
            x -> {
              var both = Passes.join(x.mul(x));
              var first =
                  Passes.logProbs(both.narrow(0, 0, 1).mul(3), Tensor.of(new long[] {1}), 1);
              var second = Passes.logProbs(both.mul(2), Tensor.of(new long[] {0, 2}), 1);
              return Tensor.cat(List.of(first, second), 0);
            }));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"elementwise", "reductions", "shapes", "networks"})
  void theGradientIsTheSlope(Case subject) {
    var inputs = new ArrayList<Tensor>();
    for (var shape : subject.shapes) {
      int count = (int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      inputs.add(Tensor.of(Expect.wave(count, 0.4 + inputs.size()), shape).requireGradient(true));
    }
    weighted(subject, inputs).backward();
    for (int i = 0; i < inputs.size(); i++) {
      assertThat(Expect.gradient(inputs.get(i)).doubles())
          .as("gradient of input %d", i)
          .containsExactly(slopes(subject, inputs, i), within(1e-7));
    }
  }

  private static Tensor weighted(Case subject, List<Tensor> inputs) {
    var result = subject.operation.apply(inputs);
    var weights = Tensor.of(Expect.wave((int) result.count(), 3), result.count());
    return result.reshape(-1).mul(weights).sum();
  }

  private static double[] slopes(Case subject, List<Tensor> inputs, int i) {
    var memory = inputs.get(i).detach().view(-1);
    return IntStream.range(0, (int) memory.count())
        .mapToDouble(at -> {
          var cell = memory.select(0, at);
          double value = cell.item();
          cell.fill_(value + STEP);
          double above = weighted(subject, inputs).item();
          cell.fill_(value - STEP);
          double below = weighted(subject, inputs).item();
          cell.fill_(value);
          return (above - below) / (2 * STEP);
        })
        .toArray();
  }
}
