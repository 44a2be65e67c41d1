package example;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/// Asks a model that `instructgpt serve` serves, in Spring AI's terms. All that it needs to know of
/// the server is in application.properties.
@SpringBootApplication
class SpringAi {
  public static void main(String[] arguments) {
    // Ends the client's threads too, which would wait a minute for another question.
    System.exit(SpringApplication.exit(SpringApplication.run(SpringAi.class, arguments)));
  }

  @Bean
  ApplicationRunner ask(ChatClient.Builder builder) {
    return _ -> {
      var chat = builder.build();
      System.out.println("whole: " + chat.prompt("May I come in?").call().content());

      System.out.print("streamed: ");
      chat.prompt("Where is the owl?").stream()
          .content()
          .doOnNext(System.out::print)
          .blockLast();
      System.out.println();
    };
  }
}
