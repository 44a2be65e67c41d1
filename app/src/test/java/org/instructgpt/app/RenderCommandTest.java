package org.instructgpt.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenderCommandTest {
  @TempDir Path folder;
  private final StringWriter err = new StringWriter();

  private Path model;

  @BeforeEach
  void open() {
    model = folder;
  }

  private int render(String... more) {
    var arguments =
        new String[] {
          "render",
          "--model",
          model.toString(),
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
        {"id": 4, "messages": [{"role": "user", "content": "a"}], "variables": [7]}
        {"id": 5, "messages": [{"role": "user", "content": "a"}], "tools": "x"}
        """);
    assertThat(render("--now", "2026-11-30T12:00")).as(err.toString()).isZero();
    assertThat(err.toString())
        .isEqualTo("render: 4 lines were refused and got an \"error\" in place of a \"text\"\n");
    assertThat(Files.readString(folder.resolve("out.jsonl")))
        .isEqualTo(
            """
            {"id":1,"text":"2026<a>7!"}
            {"id":"b","error":"the chat template refuses this conversation: odd"}
            {"id":3,"error":"messages: expected a list of at least one, found none"}
            {"id":4,"error":"variables: expected an object, found [7]"}
            {"id":5,"error":"tools: expected a list, found \\"x\\""}
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

  @Test
  void aModelThatIsNotThereIsNoModelWithoutATemplate() throws IOException {
    Files.writeString(folder.resolve("in.jsonl"), "{\"id\": 1, \"messages\": []}\n");
    model = folder.resolve("nowhere");
    assertThat(render()).isEqualTo(2);
    assertThat(err.toString()).contains("nowhere: there is no such folder");
    model = Files.writeString(folder.resolve("chat_template.jinja"), "\u00ff", ISO_8859_1);
    assertThat(render()).isEqualTo(2);
    assertThat(err.toString()).contains("chat_template.jinja: there is no such folder");
    model = folder;
    assertThat(render()).isEqualTo(2);
    assertThat(err.toString()).contains("chat_template.jinja: expected UTF-8 text");
  }
}
