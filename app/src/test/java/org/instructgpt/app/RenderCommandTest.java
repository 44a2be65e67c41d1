package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenderCommandTest {
  @TempDir Path folder;
  private final StringWriter err = new StringWriter();

  private int render(String... more) {
    var arguments =
        new String[] {
          "render",
          "--model",
          folder.toString(),
          "--in",
          folder.resolve("in.jsonl").toString(),
          "--out",
          folder.resolve("out.jsonl").toString()
        };
    var all = new java.util.ArrayList<>(java.util.Arrays.asList(arguments));
    all.addAll(java.util.Arrays.asList(more));
    return Main.run(
        all.toArray(String[]::new),
        Main.commandLine(new StopSignals(), () -> Instant.EPOCH)
            .setErr(new PrintWriter(err, true)));
  }

  @Test
  void eachLineGivesATextOrWhatIsAgainstIt() throws IOException {
    Files.writeString(
        folder.resolve("chat_template.jinja"),
        "{{ strftime_now('%Y') }}{% for m in messages %}{% if m.role == 'odd' %}{{ raise_exception('odd') }}{% endif %}<{{ m.content }}>{% endfor %}{{ x }}{% if add_generation_prompt %}!{% endif %}\n");
    Files.writeString(
        folder.resolve("in.jsonl"),
        """
        {"id": 1, "messages": [{"role": "user", "content": "a"}], "variables": {"x": 7}, "add_generation_prompt": true}
        {"id": "b", "messages": [{"role": "odd", "content": "a"}]}
        {"id": 3, "messages": []}
        """);
    assertThat(render("--now", "2026-11-30T12:00")).as(err.toString()).isZero();
    assertThat(Files.readString(folder.resolve("out.jsonl")))
        .isEqualTo(
            """
            {"id":1,"text":"2026<a>7!"}
            {"id":"b","error":"the chat template refuses this conversation: odd"}
            {"id":3,"error":"expected a list of at least one message, found none"}
            """);
  }

  @Test
  void aModelWithoutATemplateAndABadTimeAreTold() throws IOException {
    Files.writeString(folder.resolve("in.jsonl"), "{\"id\": 1, \"messages\": []}\n");
    assertThat(render()).isEqualTo(2);
    assertThat(err.toString()).contains("has no chat template: expected chat_template.jinja");
    assertThat(render("--now", "noon")).isEqualTo(2);
    assertThat(err.toString()).contains("--now: expected a time such as 2026-11-30T12:00");
    assertThat(folder.resolve("out.jsonl")).doesNotExist();
  }
}
