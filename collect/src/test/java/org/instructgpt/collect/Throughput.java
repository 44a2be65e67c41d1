package org.instructgpt.collect;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.instructgpt.files.SharedData;
import org.instructgpt.records.Prompt;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;

/// How much processor time each part of curation takes. Run by hand: `Throughput 1000000`.
final class Throughput {
  private Throughput() {}

  public static void main(String[] arguments) throws IOException {
    List<Prompt> prompts = prompts(Integer.parseInt(arguments[0]));
    Tokenizer tokenizer = Tokenizers.gpt2();
    time("tokens", prompts, text -> tokenizer.encode(text).length);
    time("e-mail", prompts, text -> EmailAddresses.find(text).size());
    time("accounts", prompts, text -> AccountNumbers.find(text).size());
    time("network", prompts, text -> NetworkAddresses.find(text).size());
    time("street", prompts, text -> StreetAddresses.find(text).size());
    time("phone", prompts, text -> PhoneNumbers.find(text).size());
    time("names", prompts, text -> PersonNames.find(text).size());
    time("personal data", prompts, text -> PersonalData.find(text).size());
    time("language", prompts, text -> Languages.guess(text).code().length());
    UseCases useCases =
        UseCases.train(
            prompts.stream()
                .limit(1000)
                .map(prompt ->
                    Prompts.of(
                        prompt.text().length() % 2 == 0
                            ? Prompt.UseCase.CHAT
                            : Prompt.UseCase.EXTRACT,
                        prompt))
                .toList(),
            1);
    time("use case", prompts, text -> useCases.suggest(text).useCase().name().length());
    long start = cpu();
    CurationSettings settings =
        CurationSettings.PAPER.in(Set.of("en")).with(CurationSettings.Personal.REDACTED);
    var result = new Curation(settings, tokenizer, Optional.of(useCases)).run(prompts);
    System.out.printf(Locale.ROOT, "all of it: %.1f s of one core%n", (cpu() - start) / 1e9);
    System.out.println(result.report().text());
  }

  /// Nanoseconds of processor time, which other programs on the machine do not stretch.
  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private interface Job {
    int run(String text);
  }

  private static void time(String name, List<Prompt> prompts, Job job) {
    long start = cpu();
    long sum = prompts.stream().mapToLong(prompt -> job.run(prompt.text())).sum();
    double seconds = (cpu() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%-14s %8.3f s, %7.1f us each (%d)%n",
        name,
        seconds,
        1e6 * seconds / prompts.size(),
        sum);
  }

  /// Questions put together from the words of real ones, 5 to 25 words long, of users with a heavy
  /// tail; one in ten begins as another does, one in twenty has an address in it.
  private static List<Prompt> prompts(int count) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<String> words = new ArrayList<>();
    for (String line : Files.readAllLines(SharedData.file("gsm8k/train.jsonl"))) {
      words.addAll(List.of(mapper.readTree(line).get("question").textValue().split(" ")));
    }
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int start = random.nextInt(words.size() - 30);
      String text =
          IntStream.range(start, start + 5 + random.nextInt(20))
              .mapToObj(words::get)
              .collect(Collectors.joining(" "));
      if (i > 0 && random.nextInt(10) == 0) {
        text = prompts.get(random.nextInt(i)).text() + " please";
      }
      if (random.nextInt(20) == 0) {
        text += " Write to a" + i + "@example.org or call 212-555-" + (1000 + i % 9000);
      }
      int user = (int) (count / 5 * Math.pow(random.nextDouble(), 3));
      prompts.add(Prompts.of(i, "user" + user, text));
    }
    return prompts;
  }
}
