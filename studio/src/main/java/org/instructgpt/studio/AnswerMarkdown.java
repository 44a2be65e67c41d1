package org.instructgpt.studio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.Document;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.ListBlock;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.node.ThematicBreak;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.AttributeProvider;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jspecify.annotations.Nullable;

/// Renders answers of models, which nobody has checked, as HTML.
///
/// The text is CommonMark with GitHub's tables. HTML in it is shown as it was written; links lead
/// to `http`, `https` and `mailto` only; nothing is loaded: an image becomes a link to it. Headings
/// of all levels are `h3`, since they stand below the heading of the answer. Indented lines are no
/// code: poems have them too.
///
/// The work is bounded: a text that is longer than [#LONGEST], nested deeper than [#DEEPEST], or
/// has a line of more than [#MOST_CELLS] cells (rows of a table are filled up to the longest) stays
/// plain.
final class AnswerMarkdown {
  /// In characters.
  static final int LONGEST = 20_000;

  private static final int LONGEST_HTML = 10 * LONGEST;
  private static final int DEEPEST = 30;
  private static final int MOST_CELLS = 20;
  private static final int HEADING = 3;

  private static final Pattern ADDRESS =
      Pattern.compile("(?i)(https?://|mailto:)[^\\s\\p{Cntrl}]+");
  private static final Set<Class<? extends Node>> PLAIN =
      Set.of(Document.class, Paragraph.class, Text.class, SoftLineBreak.class, HardLineBreak.class);

  private static final Parser PARSER =
      Parser.builder()
          .extensions(List.of(TablesExtension.create()))
          .enabledBlockTypes(
              Set.of(
                  Heading.class,
                  FencedCodeBlock.class,
                  ListBlock.class,
                  BlockQuote.class,
                  ThematicBreak.class))
          .maxOpenBlockParsers(DEEPEST)
          .maxInlineNesting(DEEPEST)
          .build();

  private static final HtmlRenderer RENDERER =
      HtmlRenderer.builder()
          .extensions(List.of(TablesExtension.create()))
          .escapeHtml(true)
          .sanitizeUrls(true)
          .percentEncodeUrls(true)
          .softbreak("<br />\n")
          .attributeProviderFactory(_ -> linkAttributes())
          .build();

  private AnswerMarkdown() {}

  /// The HTML of an answer; empty where it is plain text, which is shown as it stands.
  static Optional<String> html(String text) {
    if (text.length() > LONGEST || text.lines().anyMatch(AnswerMarkdown::hasManyCells)) {
      return Optional.empty();
    }
    var document = PARSER.parse(text);
    var nodes = nodes(document);
    if (nodes.isEmpty() || nodes.stream().allMatch(node -> PLAIN.contains(node.getClass()))) {
      return Optional.empty();
    }
    nodes.forEach(AnswerMarkdown::tame);
    return Optional.of(RENDERER.render(document)).filter(html -> html.length() <= LONGEST_HTML);
  }

  private static boolean hasManyCells(String line) {
    return line.chars().filter(c -> c == '|').count() > MOST_CELLS;
  }

  /// All nodes in the order of the text; none where they are nested too deeply. Without recursion,
  /// which a hostile text could make too deep.
  private static List<Node> nodes(Node document) {
    var nodes = new ArrayList<Node>();
    @Nullable Node node = document;
    int depth = 0;
    while (node != null) {
      nodes.add(node);
      if (node.getFirstChild() != null) {
        node = node.getFirstChild();
        depth++;
        if (depth > 2 * DEEPEST) {
          return List.of();
        }
      } else {
        while (node != null && node.getNext() == null) {
          node = node.getParent();
          depth--;
        }
        node = node == null ? null : node.getNext();
      }
    }
    return nodes;
  }

  private static void tame(Node node) {
    switch (node) {
      case Heading heading -> heading.setLevel(HEADING);
      case Link link when !leadsOut(link.getDestination()) -> unwrap(link);
      case Image image -> {
        if (leadsOut(image.getDestination()) && !isInLink(image)) {
          link(image);
        } else {
          unwrap(image);
        }
      }
      default -> {}
    }
  }

  private static boolean leadsOut(String address) {
    return ADDRESS.matcher(address).matches();
  }

  private static boolean isInLink(Node node) {
    for (var above = node.getParent(); above != null; above = above.getParent()) {
      if (above instanceof Link) {
        return true;
      }
    }
    return false;
  }

  /// Puts a link in the place of an image.
  private static void link(Image image) {
    var link = new Link(image.getDestination(), image.getTitle());
    if (image.getFirstChild() == null) {
      link.appendChild(new Text(image.getDestination()));
    }
    moveChildren(image, link);
    image.insertAfter(link);
    image.unlink();
  }

  /// Leaves of a link or an image its words.
  private static void unwrap(Node node) {
    for (var child = node.getLastChild(); child != null; child = node.getLastChild()) {
      node.insertAfter(child);
    }
    node.unlink();
  }

  private static void moveChildren(Node from, Node to) {
    for (var child = from.getFirstChild(); child != null; child = from.getFirstChild()) {
      to.appendChild(child);
    }
  }

  private static AttributeProvider linkAttributes() {
    return (node, _, attributes) -> {
      if (node instanceof Link) {
        attributes.putAll(Map.of("rel", "noopener nofollow", "target", "_blank"));
      }
    };
  }
}
