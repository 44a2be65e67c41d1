package example;

import dev.langchain4j.data.segment.TextSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.instructgpt.langchain4j.LocalModels;

/// The best of four answers, in this process and without HTTP, in LangChain4j's terms.
class LangChain {
  public static void main(String[] arguments) throws IOException {
    var folder = Path.of("workspace/models");
    var question = arguments.length > 0 ? arguments[0] : "May I come in?";

    try (var models = LocalModels.open(folder.resolve("ppo"), folder.resolve("reward"))) {
      var policy = models.chat("ppo"); // a ChatModel
      var answers = Stream.generate(() -> policy.chat(question)).limit(4).toList();

      var judge = models.scoring("reward"); // a ScoringModel
      var segments = answers.stream().map(TextSegment::from).toList();
      List<Double> rewards = judge.scoreAll(segments, question).content();
      System.out.println(answers.get(rewards.indexOf(Collections.max(rewards))));
    }
  }
}
