package org.instructgpt.cluster;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// A process that joins the others and sums until it is killed or loses one.
final class RankProcess {
  private RankProcess() {}

  public static void main(String[] arguments) {
    var facts = new LinkedHashMap<>(Map.of("the recipe", arguments[0]));
    var place = RankPlace.of(System.getenv()).orElseThrow();
    try (var _ = Scope.open();
        var ranks = Rendezvous.join(place, facts, Duration.ofSeconds(20), Duration.ofSeconds(20))) {
      var tensor = Tensor.zeros(DType.FLOAT32, Device.CPU, 1000);
      for (long step = 0; ; step++) {
        ranks.allReduce(tensor);
        if (step == 0) {
          System.out.println("together");
        }
      }
    } catch (IllegalArgumentException | RankLostException told) {
      System.out.println(told.getMessage());
      System.exit(told instanceof RankLostException ? 3 : 2);
    }
  }
}
