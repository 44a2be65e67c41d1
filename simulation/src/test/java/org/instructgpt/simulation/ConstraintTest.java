package org.instructgpt.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.instructgpt.simulation.WorldTask.AtMostWords;
import org.instructgpt.simulation.WorldTask.Constraint;
import org.instructgpt.simulation.WorldTask.EndWith;
import org.instructgpt.simulation.WorldTask.NoWord;
import org.instructgpt.simulation.WorldTask.OneSentence;
import org.instructgpt.simulation.WorldTask.StartWith;
import org.instructgpt.simulation.WorldTask.UseWord;
import org.junit.jupiter.api.Test;

class ConstraintTest {

  @Test
  void constraintsAreWordedAsInstructions() {
    assertThat(new AtMostWords(25).text()).isEqualTo("Use at most twenty-five words.");
    assertThat(new UseWord("honey").text()).isEqualTo("Use the word honey.");
    assertThat(new EndWith("the end").text()).isEqualTo("End with the words the end.");
  }

  @Test
  void eachConstraintHoldsForTheTextsThatSatisfyIt() {
    String text = "Well, the fox ate honey. The end.";
    assertThat(new AtMostWords(7).holds(text)).isTrue();
    assertThat(new AtMostWords(6).holds(text)).isFalse();
    assertThat(new UseWord("honey").holds(text)).isTrue();
    assertThat(new UseWord("hone").holds(text)).isFalse();
    assertThat(new NoWord("honey").holds(text)).isFalse();
    assertThat(new NoWord("bread").holds(text)).isTrue();
    assertThat(new StartWith("well").holds(text)).isTrue();
    assertThat(new StartWith("the").holds(text)).isFalse();
    assertThat(new EndWith("the end").holds(text)).isTrue();
    assertThat(new EndWith("good end").holds(text)).isFalse();
    assertThat(new OneSentence().holds(text)).isFalse();
    assertThat(new OneSentence().holds("The fox ate honey.")).isTrue();
  }

  @Test
  void anEmptyAnswerSatisfiesNoConstraint() {
    List<Constraint> all =
        List.of(
            new AtMostWords(5),
            new UseWord("honey"),
            new NoWord("honey"),
            new StartWith("well"),
            new EndWith("the end"),
            new OneSentence());
    assertThat(all).noneMatch(constraint -> constraint.holds(""));
    assertThat(all).noneMatch(constraint -> constraint.holds(" \n"));
  }
}
