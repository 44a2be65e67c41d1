package org.instructgpt.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is not pulled, and what is said of it.
class PullRefusalsTest {
  @TempDir static Path models;
  @TempDir private Path folder;
  private PullScene scene;

  @BeforeAll
  static void makeModel() throws IOException {
    PullScene.makeModel(models.resolve("small"));
  }

  @BeforeEach
  void open() throws IOException {
    scene = new PullScene(folder, models.resolve("small"));
  }

  @AfterEach
  void close() {
    scene.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "api|401|false|private or gated, or there is none of this name|HF_TOKEN in the environment, or --token-file",
        "api|401|true|does not take the token (401)|/settings/tokens",
        "api|403|true|people whom its owner lets in (403)|accept its terms at",
        "config.json|403|false|config.json of org/model|accept its terms at",
        "api|404|false|does not have it (404)|check the name",
        "api|418|false|expected a file or a redirect|418"
      })
  void whatTheHubRefusesIsToldWithWhatToDo(
      String what, int status, boolean token, String told, String todo) {
    scene.hub.fail(what, FakeHub.status(status, "X-Error-Message", "no" + "o".repeat(300)));
    assertThatThrownBy(() -> scene.pull(token ? Optional.of(PullScene.TOKEN) : Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(told)
        .hasMessageContaining(todo)
        .hasMessageContaining("saying \"no")
        .hasMessageNotContaining("o".repeat(201))
        .hasMessageNotContaining(PullScene.TOKEN);
    assertThat(scene.target()).doesNotExist();
    assertThat(scene.hub.gets(PullScene.WEIGHTS)).isZero();
    assertThat(scene.kept()).doesNotExist();
  }

  @Test
  void aRevisionThatIsNotThereIsNamed() {
    scene.hub.fail("api", FakeHub.status(404, "X-Error-Code", "RevisionNotFound"));
    assertThatThrownBy(scene::pull).hasMessageContaining("has no revision 'main' of it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../config.json",
        "/etc/passwd",
        "a/../../b",
        "a\\b",
        "c:d",
        "",
        "a//b",
        "a\u0000"
      })
  void aNameThatLeadsOutOfTheFolderIsRefused(String name) {
    scene.hub.listing(
        json -> ((ArrayNode) json.path("siblings")).addObject().put("rfilename", name));
    assertThatThrownBy(scene::pull)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("could lead out of its folder: nothing is taken");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anIndexThatNamesOtherFilesIsRefused() {
    for (var name : List.of("../x.safetensors", "gone.safetensors", "config.json")) {
      scene.hub.remove(PullScene.WEIGHTS);
      scene.hub.put("model-1-of-1.safetensors", new byte[9]);
      scene.hub.put(
          "model.safetensors.index.json",
          "{\"weight_map\": {\"wte.weight\": \"%s\"}}"
              .formatted(name)
              .getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(scene::pull)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("model.safetensors.index.json")
          .hasMessageContaining(name);
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void aChatTemplateThatCannotBeReadIsRefusedBeforeTheWeightsCome() {
    scene.hub.put("chat_template.jinja", "{% for m in ".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(scene::pull)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("its weights were not downloaded: chat_template.jinja:");
    assertThat(scene.hub.gets(PullScene.WEIGHTS)).isZero();
  }

  @Test
  void aPatternThatNoFileHasIsRefused() {
    assertThatThrownBy(() -> scene.pull(Optional.empty(), "config.*", "zz*"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--include zz*: org/model has no file of such a name");
  }

  @Test
  void aListThatIsTooLongIsNotRead() {
    scene.hub.listing(json -> {
      var siblings = (ArrayNode) json.path("siblings");
      for (int i = 0; i < HubListing.MOST_FILES; i++) {
        siblings.addObject().put("rfilename", "f" + i);
      }
    });
    assertThatThrownBy(scene::pull).hasMessageContaining("a list of at most 10,000 files");
    scene.hub.listing(json -> json.put("more", "x".repeat(20_000_001)));
    assertThatThrownBy(scene::pull).hasMessageContaining("at most 20,000,000 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[1, 2", "{\"sha\": \"main\"}"})
  void whatIsNoAnswerOfAHubIsRefused(String answer) {
    scene.hub.fail(
        "api",
        (exchange, _) -> {
          var body = answer.getBytes(StandardCharsets.UTF_8);
          FakeHub.begin(exchange, body);
          exchange.getResponseBody().write(body);
        });
    assertThatThrownBy(scene::pull)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is it a hub that speaks Hugging Face's interface?");
  }

  @Test
  void aModelThatHasAnotherNameNowIsRefused() {
    scene.hub.listing(json -> json.put("id", "org/newer"));
    assertThatThrownBy(scene::pull).hasMessageContaining("org/model is called org/newer now");
    scene.hub.listing(_ -> {});
    scene.hub.fail(
        "api", FakeHub.status(307, "Location", "/api/models/org/moved/revision/main?blobs=true"));
    assertThatThrownBy(scene::pull).hasMessageContaining("org/model is called org/moved now");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://198.51.100.7/x", "file:///etc/passwd", "ftp://127.0.0.1/", "http:///"})
  void aHubThatRefersToAnUnsafePlaceIsNotFollowed(String place) {
    scene.hub.fail("config.json", FakeHub.status(302, "Location", place));
    assertThatThrownBy(scene::pull).hasMessageContaining("refers to");
  }

  @Test
  void aCircleOfRedirectsEnds() {
    var again =
        FakeHub.status(302, "Location", "/org/model/resolve/" + "a".repeat(40) + "/config.json");
    scene.hub.fail("config.json", again, again, again, again, again, again, again);
    assertThatThrownBy(scene::pull).hasMessageContaining("after 5 redirects");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pytorch_model.bin|PyTorch's own pickle files (pytorch_model.bin)",
        "gpt2.Q4_K_M.gguf|llama.cpp",
        "adapter_config.json|an adapter",
        "notes.txt|expected config.json with model.safetensors"
      })
  void whatIsInAnotherLayoutIsRefusedByItsNames(String name, String told) {
    scene.hub.remove(PullScene.WEIGHTS);
    scene.hub.put(name, new byte[10]);
    assertThatThrownBy(scene::pull)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("org/model")
        .hasMessageContaining(told);
    assertThat(folder).isEmptyDirectory();
    assertThat(scene.hub.asked()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"model_type\": \"bert\"|config.json: expected model_type to be one of",
        "\"quantization_config\": {\"bits\": 4}|quantized weights are not read",
        "\"vocab_size\": 20|the tokenizer has 270 ids, but the model's vocabulary is 20"
      })
  void whatIsNotReadIsRefusedBeforeItsWeightsCome(String entry, String told) {
    var config = new String(scene.hub.content("config.json"), StandardCharsets.UTF_8);
    var key = entry.substring(0, entry.indexOf(':'));
    var other = config.replaceAll(key + " : [^,}]+,", "").replaceFirst("\\{", "{" + entry + ",");
    scene.hub.put("config.json", other.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(scene::pull)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("org/model cannot be opened, and its weights were not downloaded")
        .hasMessageContaining(told);
    assertThat(scene.hub.gets(PullScene.WEIGHTS)).isZero();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aTokenizerThatIsNotReadIsRefusedBeforeTheWeightsCome() {
    scene.hub.remove("tokenizer.json");
    scene.hub.put("tokenizer.model", new byte[10]);
    assertThatThrownBy(scene::pull).hasMessageContaining("SentencePiece");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void weightsThatDoNotFitTheirDescriptionAreTold() {
    var config = new String(scene.hub.content("config.json"), StandardCharsets.UTF_8);
    scene.hub.put(
        "config.json",
        config.replace("\"n_layer\" : 2", "\"n_layer\" : 3").getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(scene::pull)
        .hasMessageContaining("came whole, but cannot be opened")
        .hasMessageContaining("config.json and weights do not belong together");
    assertThat(scene.target()).doesNotExist();
  }
}
