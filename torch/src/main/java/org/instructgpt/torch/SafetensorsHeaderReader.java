package org.instructgpt.torch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.files.Json;
import org.instructgpt.torch.SafetensorsHeader.Entry;
import org.jspecify.annotations.Nullable;

/// Reads and checks the header of a safetensors file.
///
/// The JSON is taken token by token and never built as a tree: whatever is not exactly a map of
/// tensors ends the reading where it stands, so deep nesting, endless numbers and millions of
/// entries cost only what came before them.
final class SafetensorsHeaderReader {
  /// libtorch's operations take this many dimensions at most.
  private static final int RANK_LIMIT = 64;

  private static final String RETRY = "copy or export the file again";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .configure(JsonFactory.Feature.CHARSET_DETECTION, false)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(3)
                  .maxNumberLength(20)
                  .maxStringLength(SafetensorsHeader.HEADER_LIMIT)
                  .build())
          .build();

  private final Path path;
  private final JsonParser json;
  private final Map<String, Entry> tensors = new LinkedHashMap<>();
  private @Nullable Map<String, String> metadata;

  /// The tensor that is looked at, for messages.
  private @Nullable String tensor;

  private SafetensorsHeaderReader(Path path, JsonParser json) {
    this.path = path;
    this.json = json;
  }

  /// The header of the file `path`, open as `channel`.
  static SafetensorsHeader read(Path path, FileChannel channel) throws IOException {
    var bytes = headerBytes(path, channel);
    long start = 8L + bytes.length;
    try (var json = JSON.createParser(bytes)) {
      var reader = new SafetensorsHeaderReader(path, json);
      reader.readObject();
      return reader.laidOut(start, channel.size() - start);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s: expected a header in JSON, found at its byte %d: %s: %s"
              .formatted(
                  path,
                  e.getLocation() == null ? 0 : e.getLocation().getByteOffset(),
                  Json.fault(e),
                  RETRY),
          e);
    }
  }

  private static byte[] headerBytes(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < 8) {
      throw new IllegalArgumentException(
          "%s: expected the header's length in the first 8 bytes, found a file of %d bytes: it was"
                  .formatted(path, size)
              + " cut short, copy it again");
    }
    var first = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    fill(path, channel, first, 0);
    long length = first.getLong(0);
    if (length < 0 || length > SafetensorsHeader.HEADER_LIMIT) {
      throw new IllegalArgumentException(
          "%s: expected a header of at most %d bytes, found one that claims %s: this is no"
                  .formatted(path, SafetensorsHeader.HEADER_LIMIT, Long.toUnsignedString(length))
              + " safetensors file (a Git LFS pointer or a pickle, perhaps), or it is damaged");
    }
    if (length > size - 8) {
      throw new IllegalArgumentException(
          "%s: expected a header of %d bytes, found %d: the file was cut short, copy it again"
              .formatted(path, length, size - 8));
    }
    var bytes = ByteBuffer.allocate((int) length);
    fill(path, channel, bytes, 8);
    if (length == 0 || bytes.get(0) != '{') {
      throw new IllegalArgumentException(
          "%s: expected a header that begins with {, found %s: this is no safetensors file"
              .formatted(path, length == 0 ? "none" : "the byte " + (bytes.get(0) & 0xff)));
    }
    return bytes.array();
  }

  private static void fill(Path path, FileChannel channel, ByteBuffer bytes, long from)
      throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw new IOException(path + ": the file became shorter while it was read");
      }
    }
  }

  private void readObject() throws IOException {
    json.nextToken(); // the brace
    while (json.nextToken() != JsonToken.END_OBJECT) {
      var name = json.currentName();
      json.nextToken();
      if (name.equals(SafetensorsHeader.METADATA)) {
        readMetadata();
      } else {
        tensor = name;
        readTensor(name);
        tensor = null;
      }
    }
    if (json.nextToken() != null) {
      throw refused("nothing but spaces after the last }", "more");
    }
  }

  private void readMetadata() throws IOException {
    if (metadata != null) {
      throw refused("__metadata__ once", "it twice");
    }
    expect(JsonToken.START_OBJECT, "__metadata__ to be an object of texts");
    metadata = new LinkedHashMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      var key = json.currentName();
      json.nextToken();
      expect(JsonToken.VALUE_STRING, "a text for each key of __metadata__");
      if (metadata.put(key, json.getText()) != null) {
        throw refused("each key of __metadata__ once", SafetensorsHeader.quoted(key) + " twice");
      }
    }
  }

  private void readTensor(String name) throws IOException {
    if (tensors.size() == SafetensorsHeader.TENSOR_LIMIT) {
      throw refused("at most " + SafetensorsHeader.TENSOR_LIMIT + " tensors", "one more");
    }
    if (name.length() > SafetensorsHeader.NAME_LIMIT) {
      throw refused(
          "a name of at most " + SafetensorsHeader.NAME_LIMIT + " characters", "" + name.length());
    }
    expect(JsonToken.START_OBJECT, "an object with dtype, shape and data_offsets");
    DType dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    var fields = new HashSet<String>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      var field = json.currentName();
      json.nextToken();
      var once = fields.add(field) ? field : "a second " + field;
      switch (once) {
        case "dtype" -> dtype = dtype();
        case "shape" -> shape = numbers("shape", RANK_LIMIT);
        case "data_offsets" -> offsets = numbers("data_offsets", 2);
        default ->
            throw refused(
                "dtype, shape and data_offsets once each",
                SafetensorsHeader.quoted(once) + " besides");
      }
    }
    if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
      throw refused(
          "a dtype, a shape and two data_offsets",
          "dtype %s, shape %s, data_offsets %s".formatted(dtype, shape, offsets));
    }
    var entry = new Entry(dtype, shape, offsets.get(0), offsets.get(1));
    checkSize(entry);
    if (tensors.put(name, entry) != null) {
      throw refused("each name once", "it twice");
    }
  }

  private DType dtype() throws IOException {
    expect(JsonToken.VALUE_STRING, "the name of a dtype");
    var code = json.getText();
    for (var type : DType.values()) {
      if (type.code().equals(code)) {
        return type;
      }
    }
    var known = Arrays.stream(DType.values()).map(DType::code).toList();
    throw refused("a dtype of " + known, SafetensorsHeader.quoted(code));
  }

  private List<Long> numbers(String field, int most) throws IOException {
    expect(JsonToken.START_ARRAY, field);
    var numbers = new ArrayList<Long>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(JsonToken.VALUE_NUMBER_INT, "whole numbers");
      long number = json.getLongValue();
      if (number < 0 || numbers.size() == most) {
        throw refused(
            field + " of at most " + most + " numbers that are not negative",
            number < 0 ? "" + number : "one more");
      }
      numbers.add(number);
    }
    return numbers;
  }

  private void checkSize(Entry entry) {
    long bytes;
    try {
      bytes = entry.shape().stream().reduce((long) entry.dtype().bytes(), Math::multiplyExact);
    } catch (ArithmeticException e) {
      throw refused("a shape that fits any memory", entry.shape().toString());
    }
    if (entry.end() < entry.begin() || entry.bytes() != bytes) {
      throw refused(
          "%d bytes for shape %s of %s".formatted(bytes, entry.shape(), entry.dtype().code()),
          "data_offsets from %d to %d".formatted(entry.begin(), entry.end()));
    }
  }

  /// The header with its tensors in the order of their bytes, which follow one another from 0 to
  /// `dataBytes`.
  private SafetensorsHeader laidOut(long start, long dataBytes) {
    var sorted = new LinkedHashMap<String, Entry>();
    tensors.entrySet().stream()
        .sorted(
            Map.Entry.comparingByValue(
                Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)))
        .forEach(e -> sorted.put(e.getKey(), e.getValue()));
    long at = 0;
    for (var next : sorted.entrySet()) {
      tensor = next.getKey();
      long begin = next.getValue().begin();
      if (begin != at) {
        throw refused(
            "data that begins at byte %d, where the tensor before it ends".formatted(at),
            "byte %d, %s".formatted(begin, begin < at ? "an overlap" : "a hole"));
      }
      at = next.getValue().end();
    }
    if (at != dataBytes) {
      throw new IllegalArgumentException(
          "%s: expected %d bytes of tensors after the header, found %d: %s"
              .formatted(
                  path,
                  at,
                  dataBytes,
                  at > dataBytes
                      ? "the file was cut short, copy it again"
                      : "something was added to the file, copy it again"));
    }
    return new SafetensorsHeader(sorted, metadata == null ? Map.of() : metadata, start);
  }

  private void expect(JsonToken token, String what) {
    if (json.currentToken() != token) {
      throw refused(what, "the JSON token " + json.currentToken());
    }
  }

  private IllegalArgumentException refused(String expected, String found) {
    var where = tensor == null ? "the header" : "tensor " + SafetensorsHeader.quoted(tensor);
    return new IllegalArgumentException(
        "%s: %s: expected %s, found %s: %s".formatted(path, where, expected, found, RETRY));
  }
}
