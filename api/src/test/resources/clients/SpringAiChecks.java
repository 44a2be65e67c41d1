import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

/// What Spring AI's client must be able to do with the server whose address is the argument. It runs
/// with the class path of examples/spring and prints a line for each check, "ok" first or "failed".
class SpringAiChecks {
  private static final int LONGEST = 12;

  private interface Check {
    void run() throws Exception;
  }

  private static String server;

  public static void main(String[] arguments) {
    server = arguments[0];
    check("chat", SpringAiChecks::chat);
    check("stream", SpringAiChecks::stream);
    check("stop", SpringAiChecks::stop);
    check("errors", SpringAiChecks::errors);
    check("cancel", SpringAiChecks::cancel);
    System.exit(0);
  }

  private static void check(String name, Check check) {
    try {
      check.run();
      System.out.println("ok " + name);
    } catch (Exception | AssertionError failed) {
      System.out.println("failed " + name + ": " + failed);
      failed.printStackTrace(System.out);
    }
  }

  private static void expect(boolean condition, Object found) {
    if (!condition) {
      throw new AssertionError("found " + found);
    }
  }

  private static OpenAiChatOptions.Builder options() {
    return OpenAiChatOptions.builder()
        .baseUrl(server + "/v1")
        .apiKey("none")
        .model("sft")
        .seed(3)
        .maxTokens(LONGEST);
  }

  private static OpenAiChatModel model(OpenAiChatOptions.Builder options) {
    return OpenAiChatModel.builder().options(options.build()).build();
  }

  private static String text(ChatResponse answer) {
    return answer.getResult().getOutput().getText();
  }

  private static void chat() {
    var client = ChatClient.create(model(options()));
    var answer = client.prompt().system("Be short.").user("Hello").call().chatResponse();
    expect(!text(answer).isBlank(), answer);
    expect(answer.getResult().getMetadata().getFinishReason().equalsIgnoreCase("length"), answer);
    expect(answer.getMetadata().getUsage().getCompletionTokens() == LONGEST, answer);
    expect(answer.getMetadata().getModel().equals("sft"), answer);
  }

  private static void stream() {
    var client = ChatClient.create(model(options()));
    var parts = client.prompt("Hello").stream().content().collectList().block();
    var whole = client.prompt("Hello").call().content();
    expect(parts.size() > 1, parts);
    expect(String.join("", parts).equals(whole), parts + " for " + whole);
  }

  private static void stop() {
    var whole = text(model(options()).call(new Prompt("Hello")));
    var stop = whole.substring(whole.length() / 2, whole.length() / 2 + 3);
    var before = whole.substring(0, whole.indexOf(stop)).stripTrailing();
    var stopping = model(options().stop(List.of("#", stop)));
    var answer = stopping.call(new Prompt("Hello"));
    expect(text(answer).equals(before), text(answer) + " for " + before);
    expect(answer.getResult().getMetadata().getFinishReason().equalsIgnoreCase("stop"), answer);
    var streamed = stopping.stream("Hello").collect(Collectors.joining()).block();
    expect(streamed.equals(before), streamed + " for " + before);
  }

  private static void errors() {
    for (var name : List.of("nobody", "reward")) {
      var unknown = model(options().model(name));
      var asked = name.equals("nobody") ? "there is no model 'nobody'" : "is a reward model";
      refused(asked, () -> unknown.call(new Prompt("Hello")));
      refused(asked, () -> unknown.stream(new Prompt("Hello")).blockLast());
    }
  }

  private static void refused(String why, Check request) {
    try {
      request.run();
    } catch (Exception refusal) {
      for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
        if (String.valueOf(cause.getMessage()).contains(why)) {
          return;
        }
      }
      throw new AssertionError("expected '" + why + "'", refusal);
    }
    throw new AssertionError("expected '" + why + "', found an answer");
  }

  private static void cancel() throws Exception {
    var options = options();
    options.maxTokens(240).logitBias(Map.of("0", -100)); // no end of text
    var model = model(options);
    for (int i = 0; i < 10; i++) {
      var parts = model.stream(new Prompt("Hello")).take(2).collectList().block();
      expect(parts.size() == 2, parts);
    }
    var underWay = Pattern.compile("(?m)^instructgpt_requests_under_way (\\S+)$");
    double open = 0;
    for (int tries = 0; tries < 200; tries++) {
      var request = HttpRequest.newBuilder(URI.create(server + "/metrics")).build();
      var metrics = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
      var line = underWay.matcher(metrics);
      expect(line.find(), metrics);
      open = Double.parseDouble(line.group(1));
      if (open == 1) { // this request itself
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError(open + " requests are still under way");
  }
}
