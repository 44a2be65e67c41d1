package org.instructgpt.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.instructgpt.eval.Report.Section;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ReportTest {
  private static final String PAYLOAD =
      "</title></style><script>alert('1')</script>\"><img src=x onerror=\"alert(2)\">&lt;";

  @TempDir Path folder;

  @Test
  void theDataIsReadBackEqual() throws Exception {
    Report report = ReportSample.report();

    ReportFiles.write(report, folder);

    assertThat(ReportFiles.read(folder.resolve(Report.DATA))).isEqualTo(report);
  }

  @Test
  void theSameReportIsTheSameBytesAndKeepsTheOrderOfItsKeys() throws Exception {
    ReportFiles.write(ReportSample.report(), folder.resolve("one"));
    ReportFiles.write(ReportSample.report(), folder.resolve("two"));

    for (String name : List.of(Report.DATA, Report.PAGE)) {
      assertThat(folder.resolve("one").resolve(name))
          .hasSameBinaryContentAs(folder.resolve("two").resolve(name));
    }
    String data = Files.readString(folder.resolve("one").resolve(Report.DATA));
    assertThat(data)
        .containsSubsequence(
            "\"title\"", "\"subtitle\"", "\"headline\"", "\"sections\"", "\"about\"")
        .containsSubsequence("\"command\"", "\"seed\"", "\"learning_rate\"", "\"stages\"");
  }

  @Test
  void aValueThatWasNotMeasuredIsNullInTheDataAndNamedOnThePage() throws Exception {
    ReportFiles.write(ReportSample.report(), folder);

    assertThat(folder.resolve(Report.DATA)).content().contains("\"value\" : null");
    assertThat(folder.resolve(Report.DATA)).content().doesNotContain("NaN");
    assertThat(folder.resolve(Report.PAGE))
        .content()
        .contains("not measured")
        .doesNotContain("NaN");
  }

  @Test
  void aWrittenReportReplacesTheOldOneAndLeavesNothingElse() throws Exception {
    Path reports = folder.resolve("reports");
    ReportFiles.write(ReportSample.report(), reports);
    ReportFiles.write(hostile(), reports);

    assertThat(ReportFiles.read(reports.resolve(Report.DATA))).isEqualTo(hostile());
    try (var files = Files.list(reports)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(Report.PAGE, Report.DATA);
    }
  }

  @Test
  void textThatIsMarkupStaysText() throws Exception {
    String html = ReportPage.of(hostile());
    Document page = parsed(html);

    assertThat(html).doesNotContain("<script", "<img", "onerror=\"");
    assertThat(page.getElementsByTagName("script").getLength()).isZero();
    assertThat(page.getElementsByTagName("img").getLength()).isZero();
    assertThat(page.getElementsByTagName("title").item(0).getTextContent()).isEqualTo(PAYLOAD);
    assertThat(page.getElementsByTagName("blockquote").item(0).getTextContent()).isEqualTo(PAYLOAD);
    assertThat(page.getElementsByTagName("body").item(0).getTextContent().split("alert\\(2\\)"))
        .hasSizeGreaterThan(30);
  }

  @Test
  void charactersThatNoPageMayHoldAreReplaced() throws Exception {
    String html =
        ReportPage.of(
            new Report(
                "bell \u0007, half \uD83D, whole \uD83D\uDE00",
                "",
                List.of(),
                List.of(),
                Map.of()));

    assertThat(parsed(html).getElementsByTagName("h1").item(0).getTextContent())
        .isEqualTo("bell \uFFFD, half \uFFFD, whole \uD83D\uDE00");
  }

  @Test
  void thePageNeedsNoNetworkAndForbidsScripts() throws Exception {
    String html = ReportPage.of(ReportSample.report());

    assertThat(html)
        .contains("default-src &#39;none&#39;")
        .doesNotContain("url(", "@import", "://");
    for (Element element : elements(parsed(html))) {
      for (int i = 0; i < element.getAttributes().getLength(); i++) {
        var attribute = element.getAttributes().item(i);
        assertThat(attribute.getNodeName()).doesNotStartWith("on").isNotEqualTo("src");
        if (attribute.getNodeName().equals("href")) {
          assertThat(attribute.getNodeValue()).startsWith("#");
        }
      }
    }
  }

  @Test
  void everyPlotHasATitleADescriptionAndItsNumbers() throws Exception {
    Document page = parsed(ReportPage.of(ReportSample.report()));
    Map<String, Element> byId = new HashMap<>();
    for (Element element : elements(page)) {
      if (element.hasAttribute("id")) {
        assertThat(byId.put(element.getAttribute("id"), element)).isNull();
      }
    }

    List<Element> plots =
        elements(page).stream().filter(each -> each.getAttribute("role").equals("img")).toList();
    assertThat(plots).hasSize(5);
    for (Element plot : plots) {
      for (String id : plot.getAttribute("aria-labelledby").split(" ")) {
        assertThat(byId.get(id).getTextContent()).isNotBlank();
      }
      Element figure = (Element) plot.getParentNode().getParentNode();
      assertThat(figure.getElementsByTagName("details").getLength()).isEqualTo(1);
    }
    for (Element element : elements(page)) {
      if (element.getTagName().equals("a") || element.getTagName().equals("use")) {
        assertThat(byId).containsKey(element.getAttribute("href").substring(1));
      }
    }
  }

  @Test
  void aFileThatIsNoReportIsRefusedWithItsPlace() throws Exception {
    Path json = Files.writeString(folder.resolve("other.json"), "{\n  \"titel\": \"x\"\n}");

    assertThatThrownBy(() -> ReportFiles.read(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("other.json, line 3", "'title'");
  }

  @Test
  void aDamagedReportIsRefused() throws Exception {
    ReportFiles.write(ReportSample.report(), folder);
    Path json = folder.resolve(Report.DATA);
    String data = Files.readString(json);
    String[] damaged = {
      data.replaceFirst("\"kind\" : \"bars\"", "\"kind\" : \"pie\""),
      data.replaceFirst("\"low\" : 0.087,", ""),
      data.replaceFirst("\"value\" : 0.112", "\"value\" : \"much\""),
      data + "{}"
    };
    for (String text : damaged) {
      assertThat(text).isNotEqualTo(data);
      Files.writeString(json, text);
      assertThatThrownBy(() -> ReportFiles.read(json)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void twoSectionsOfOneIdAndIdsThatAreNoAddressAreRefused() {
    Section section = new Section("a", "A", "a", List.of());

    assertThatThrownBy(() -> new Report("", "", List.of(), List.of(section, section), Map.of()))
        .hasMessageContaining("\"a\"");
    assertThatThrownBy(() -> new Section("A b", "", "", List.of())).hasMessageContaining("\"A b\"");
  }

  @Test
  void aValueThatJsonCannotHoldIsRefusedByItsKey() {
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("inner", Map.of("clock", new Object()));

    assertThatThrownBy(() -> new Report("", "", List.of(), List.of(), about))
        .hasMessageContaining("about.inner.clock");
  }

  /// The sample with the payload for every text in it.
  private Report hostile() throws Exception {
    JsonNode data = new ObjectMapper().readTree(ReportJson.write(ReportSample.report()));
    return ReportFiles.read(
        Files.writeString(folder.resolve("hostile.json"), poisoned(data).toString()));
  }

  private static JsonNode poisoned(JsonNode node) {
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode each = array.get(i);
        array.set(i, each.isTextual() ? TextNode.valueOf(PAYLOAD) : poisoned(each));
      }
    }
    if (node instanceof ObjectNode object) {
      for (var field : object.properties()) {
        boolean free = !Set.of("kind", "style", "verdict", "id").contains(field.getKey());
        field.setValue(
            free && field.getValue().isTextual()
                ? TextNode.valueOf(PAYLOAD)
                : poisoned(field.getValue()));
      }
    }
    return node;
  }

  /// The page is well-formed XML as well, which tells that every element is closed.
  private static Document parsed(String html) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<Element> elements(Document page) {
    List<Element> elements = new ArrayList<>();
    var all = page.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      elements.add((Element) all.item(i));
    }
    return elements;
  }
}
