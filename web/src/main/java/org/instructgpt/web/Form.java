package org.instructgpt.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `application/x-www-form-urlencoded`, as browsers send forms and queries; what is not is refused.
final class Form {
  private static final int MOST_FIELDS = 1000;

  private Form() {}

  /// The fields in their order, each with its values in theirs; ends of lines as `\n`.
  static Map<String, List<String>> parse(String encoded) {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    if (encoded.isEmpty()) {
      return fields;
    }
    String[] pairs = encoded.split("&", MOST_FIELDS + 1);
    if (pairs.length > MOST_FIELDS) {
      throw broken();
    }
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
      fields.computeIfAbsent(name, _ -> new ArrayList<>()).add(value.replace("\r\n", "\n"));
    }
    return fields;
  }

  private static String decode(String text) {
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(in.length);
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '%') {
        int high = i + 2 <= in.length - 1 ? Character.digit(in[i + 1], 16) : -1;
        int low = high < 0 ? -1 : Character.digit(in[i + 2], 16);
        if (low < 0) {
          throw broken();
        }
        out.put((byte) (high * 16 + low));
        i += 2;
      } else {
        out.put(in[i] == '+' ? (byte) ' ' : in[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString();
    } catch (CharacterCodingException notUtf8) {
      throw broken();
    }
  }

  private static ApiError broken() {
    return ApiError.invalid("", "refusal.form-broken");
  }
}
