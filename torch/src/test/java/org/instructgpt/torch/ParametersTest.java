package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.instructgpt.torch.Expect.holds;

import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
class ParametersTest {
  private static Parameters parameters(DType type) {
    return frozen(type).train();
  }

  private static Parameters frozen(DType type) {
    var shapes = new LinkedHashMap<String, long[]>();
    shapes.put("ln", new long[] {3});
    shapes.put("first", new long[] {2, 3});
    shapes.put("bias", new long[] {17});
    shapes.put("second", new long[] {3, 7});
    return new Parameters(shapes, type, Device.CPU);
  }

  @Test
  void theFlatTensorIsTheMemoryOfEveryParameter() {
    var parameters = parameters(DType.FLOAT32);
    parameters.flat().fill_(2);
    parameters
        .byName()
        .forEach((name, p) -> assertThat(p.eq(2).sum().item()).as(name).isEqualTo(p.count()));
    parameters.get("second").detach().fill_(5);
    assertThat(parameters.flat().sum().item()).isEqualTo(2 * (96 - 21) + 5 * 21);
  }

  @Test
  void matricesComeFirstVectorsLastAndEachBeginsAtSixtyFourBytes() {
    var parameters = parameters(DType.FLOAT32);
    assertThat(parameters.byName().keySet()).containsExactly("ln", "first", "bias", "second");
    // first 6 -> 16, second 21 -> 32; ln 3 -> 16, bias 17 -> 32
    assertThat(parameters.decayed()).isEqualTo(48);
    assertThat(parameters.flat().count()).isEqualTo(96);
    assertThat(parameters.gradient().count()).isEqualTo(96);
    assertThat(parameters.count()).isEqualTo(47);
    assertThat(offset(parameters, "first")).isEqualTo(0);
    assertThat(offset(parameters, "second")).isEqualTo(16);
    assertThat(offset(parameters, "ln")).isEqualTo(48);
    assertThat(offset(parameters, "bias")).isEqualTo(64);
    assertThat(parameters.flat().data().address() % 64).isZero();
  }

  private static long offset(Parameters parameters, String name) {
    return (parameters.get(name).data().address() - parameters.flat().data().address()) / 4;
  }

  @Test
  void gradientsLandAndAddUpInTheFlatGradient() {
    var parameters = parameters(DType.FLOAT64);
    parameters.get("second").sum().backward();
    parameters.get("bias").mul(3).sum().backward();
    parameters.get("bias").mul(4).sum().backward();
    assertThat(parameters.gradient().sum().item()).isEqualTo(21 + 7 * 17);
    holds(parameters.gradient().narrow(0, 16, 1), 1);
    holds(parameters.gradient().narrow(0, 64 + 16, 2), 7, 0);
    assertThat(Expect.gradient(parameters.get("bias")).data().address())
        .isEqualTo(parameters.gradient().data().address() + 64 * 8);
    parameters.zeroGradient();
    parameters.get("bias").sum().backward();
    assertThat(parameters.gradient().sum().item()).isEqualTo(17);
    assertThat(parameters.flat().requiresGradient()).isFalse();
  }

  @Test
  void copyFromGoesByNameWhateverTheOrder() {
    var shapes = new LinkedHashMap<String, long[]>();
    shapes.put("second", new long[] {3, 7});
    shapes.put("bias", new long[] {17});
    shapes.put("ln", new long[] {3});
    shapes.put("first", new long[] {2, 3});
    var other = new Parameters(shapes, DType.FLOAT64, Device.CPU);
    other.get("first").detach().fill_(1);
    other.get("second").detach().fill_(2);
    other.get("ln").detach().fill_(3);
    other.get("bias").detach().fill_(4);
    var parameters = parameters(DType.FLOAT32);
    parameters.copyFrom(other);
    holds(parameters.get("first").min(), 1);
    holds(parameters.get("second").max(), 2);
    holds(parameters.get("ln"), 3, 3, 3);
    holds(parameters.get("bias").min(), 4);
  }

  @Test
  void copyFromRefusesOtherNamesAndOtherShapes() {
    var named = new LinkedHashMap<String, long[]>();
    named.put("other", new long[] {3});
    assertThatThrownBy(() ->
            parameters(DType.FLOAT32).copyFrom(new Parameters(named, DType.FLOAT32, Device.CPU)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[other]");
    var turned = new LinkedHashMap<String, long[]>();
    turned.put("ln", new long[] {3});
    turned.put("first", new long[] {3, 2});
    turned.put("bias", new long[] {17});
    turned.put("second", new long[] {3, 7});
    assertThatThrownBy(() ->
            parameters(DType.FLOAT32).copyFrom(new Parameters(turned, DType.FLOAT32, Device.CPU)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("first is float32[2, 3]");
  }

  @Test
  void frozenParametersHaveNoGradientAndRecordNone() {
    var frozen = frozen(DType.FLOAT32);
    var product = frozen.get("second").square().sum();
    assertThat(product.requiresGradient()).isFalse();
    assertThatThrownBy(product::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("its parameters are frozen");
    assertThatThrownBy(() -> product.backward(Tensor.scalar(1, DType.FLOAT32)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(frozen::gradient)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the gradient of frozen parameters was asked for");
    assertThatThrownBy(frozen::zeroGradient).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anOptimizerThawsParametersOnceAndTheirGradientLivesAsLongAsThey() {
    var parameters = frozen(DType.FLOAT64);
    parameters.flat().fill_(1);
    try (var _ = Scope.open()) {
      new AdamW(parameters, AdamW.Settings.gpt3(0)); // its moments end here
    }
    parameters.get("bias").sum().backward();
    long address = parameters.gradient().data().address();
    var optimizer = new AdamW(parameters, AdamW.Settings.gpt3(0));
    assertThat(parameters.gradient().data().address()).isEqualTo(address);
    assertThat(parameters.gradient().sum().item()).isEqualTo(17);
    optimizer.step(0.5); // the first step of Adam is the rate times the sign of the gradient
    assertThat(parameters.get("bias").mean().item()).isCloseTo(0.5, within(1e-6));
  }

  @Test
  void theGradientIsAllThatTrainingAddsToParameters() {
    long before = Scope.liveObjects();
    var frozen = frozen(DType.FLOAT32);
    long ofFrozen = Scope.liveObjects() - before;
    try (var _ = Scope.open()) {
      frozen.train();
    }
    // The gradient itself is all that stays of train().
    assertThat(Scope.liveObjects() - before).isEqualTo(ofFrozen + 1);
  }

  @Test
  void anUnknownNameIsAnsweredWithTheKnownOnes() {
    assertThatThrownBy(() -> parameters(DType.FLOAT32).get("wte"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no parameter is called wte; there are [ln, first, bias, second]");
  }
}
