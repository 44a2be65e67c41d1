package org.instructgpt.browser;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Bodies of requests that are wrong in every way we know: right ones with one to three faults, and
/// some that were never valid. The same seed gives the same bodies.
record Bodies(RandomGenerator random) {
  private static final int MIB = 1 << 20;

  /// Longer bodies get no second fault: patterns would take too long to find a place for it.
  private static final int LONG = 40_000;

  /// Valid bodies of each route, so that a fault is found behind the first check, not before it.
  private static final Map<String, String> RIGHT =
      Map.ofEntries(
          Map.entry("/api/tasks/next", "{}"),
          Map.entry("/api/tasks/{item}/renew", "{\"token\":\"TOKEN\"}"),
          Map.entry(
              "/api/tasks/{item}/draft",
              "{\"version\":7,\"content\":{\"fields\":{\"response\":[\"a\"]},\"step\":0}}"),
          Map.entry(
              "/api/tasks/{item}/submit",
              """
              {"submission":"0198c0de-0000-7000-8000-00000000000a","token":"TOKEN",\
              "started":"2026-01-02T03:04:05Z","activeMillis":1200,"work":{"type":"compared",\
              "outputs":[{"quality":4,"flags":["HARMFUL_ADVICE"],"note":"n"}],"ranks":[1,2,2]}}\
              """),
          Map.entry(
              "/api/tasks/{item}/correct",
              """
              {"submission":"0198c0de-0000-7000-8000-00000000000b","token":"TOKEN",\
              "started":"2026-01-02T03:04:05Z","activeMillis":1200,"work":{"type":"compared",\
              "outputs":[{"quality":4,"flags":["HARMFUL_ADVICE"],"note":"n"}],"ranks":[1,2,2]}}\
              """),
          Map.entry("/api/tasks/{item}/skip", "{\"reason\":\"OTHER\",\"note\":\"n\"}"),
          Map.entry(
              "/playground/ask",
              "{\"prompt\":\"p\",\"models\":[\"sft\"],\"longest\":2,\"temperature\":0.5,"
                  + "\"topP\":0.9,\"stops\":[\"x\"],\"seed\":1}"),
          Map.entry("/api/ask", "{\"prompt\":\"p\",\"models\":[\"sft\"],\"longest\":2}"),
          Map.entry("/api/ask/stream", "{\"prompt\":\"p\",\"models\":[\"sft\"],\"longest\":2}"),
          Map.entry("/api/notice", "{\"version\":\"2026-11 PRETRAIN SFT\"}"),
          Map.entry("/playground/turns/{turn}/{place}/verdict", "{\"verdict\":1}"),
          Map.entry("/playground/turns/{turn}/{place}/report", "{\"note\":\"n\"}"),
          Map.entry("/playground/notice", "version=2026-11+PRETRAIN+SFT&accept=yes"),
          Map.entry("/sign-in", "name=Admin&password=wrong&to=%2Faccount"),
          Map.entry("/join", "token=TOKEN&name=n&password=seven+quiet+otters&again=x"),
          Map.entry("/register", "name=n&password=seven+quiet+otters&again=x"),
          Map.entry("/new-password", "token=TOKEN&password=seven+quiet+otters&again=x"),
          Map.entry("/language", "language=zh&to=%2F"),
          Map.entry("/account/password", "current=wrong&password=six+loud+otters&again=x"),
          Map.entry("/account/tokens", "label=l"),
          Map.entry("/people/invite", "kind=labeler-held-out"),
          Map.entry("/people/{account}/role", "kind=researcher"),
          Map.entry("/screening", "id=topics&kind=topics&topics=HEALTH"),
          Map.entry("/surveys/{survey}", "gender=male&nationality=DE&age=18_24"),
          Map.entry("/research/screening/required", "required=no"),
          Map.entry("/research/screening/prompts", "prompts=moon%0Asun"),
          Map.entry("/research/screening/grade", "id=0198&grade=7"),
          Map.entry("/research/screening/decide", "labeler=LABELER&verdict=PAUSED&reason=r"),
          Map.entry(
              "/research/batches",
              "name=b&kind=PLAIN&mode=TRAINING&count=1&overlap=1&pool=&priority=1&split=TRAIN"
                  + "&source=&most=1&fresh=yes&models=sft&k=4&cases=c"));

  private static final List<String> NASTY =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1e999",
          "-0.0",
          "NaN",
          "Infinity",
          "1.5",
          "2147483648",
          "9223372036854775808",
          "99999999999999999999999999999999",
          "0x10",
          "1e-400",
          "\"\"",
          "\"1\"",
          "[]",
          "{}",
          "[null]",
          "{\"a\":1}",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\udc00x\"",
          "'x'",
          "undefined",
          "/*c*/",
          "//c\n",
          "\\",
          "\"",
          "\"\\x\"",
          ",,",
          "::",
          "{{",
          "]]",
          "%",
          "%00",
          "%zz",
          "%ff%fe",
          "%c0%80",
          "&&&",
          "=",
          "a=b=c",
          "\u0000",
          "\uFEFF",
          "\u202e",
          "\uD83D\uDE80",
          "../..",
          "' OR 1=1 --",
          "${jndi:ldap://x}",
          "<script>",
          "\r\n\r\n",
          "__proto__",
          "constructor",
          "@type",
          "java.lang.Object",
          "1/0",
          "2026-13-45T99:99:99Z",
          "-999999999-01-01T00:00:00Z",
          "+1000000000-12-31T23:59:59.999999999Z");

  private static final List<String> TYPES =
      List.of(
          "",
          "text/plain",
          "application/json; charset=utf-16",
          "application/xml",
          "text/html",
          "multipart/form-data",
          "multipart/form-data; boundary=x",
          "application/octet-stream",
          "application/x-www-form-urlencoded; charset=shift_jis",
          "application/json; charset=x-no",
          "a/b/c",
          "*/*",
          "application/x-www-form-urlencoded",
          "application/json");

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private boolean odds(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  String type(String route) {
    if (odds(4)) {
      return one(TYPES);
    }
    return right(route).startsWith("{") ? "application/json" : "application/x-www-form-urlencoded";
  }

  private static String right(String route) {
    return RIGHT.getOrDefault(route, "csrf=x&a=b");
  }

  /// A value for a part of a path: mostly one that exists.
  String part(List<String> known) {
    if (!known.isEmpty() && !odds(4)) {
      return one(known);
    }
    return one(
        List.of(
            "x",
            "0",
            "-1",
            "%00",
            "%2e%2e",
            "a%2fb",
            "%F0%9F%9A%80",
            "%ff",
            "a".repeat(3000),
            "0198c0de-0000-7000-8000-00000000000a",
            "%27%20OR%201=1",
            "~",
            "%0d%0a"));
  }

  byte[] body(String route, String token) {
    var text = odds(20) ? one(List.copyOf(RIGHT.values())) : right(route).replace("TOKEN", token);
    int faults = 1 + random.nextInt(3);
    for (int i = 0; i < faults; i++) {
      text = fault(text);
    }
    return bytes(text);
  }

  private String fault(String text) {
    if (text.length() > LONG) {
      return text;
    }
    int at = random.nextInt(text.length() + 1);
    return switch (random.nextInt(13)) {
      case 0 -> text.substring(0, at);
      case 1, 2 -> text.substring(0, at) + one(NASTY) + text.substring(at);
      case 3, 4, 5 -> value(text);
      case 6 -> text.replaceFirst("\"(\\w+)\":", "\"$1\":null,\"$1\":");
      case 7 ->
          text.replaceFirst(
              "\\{", Matcher.quoteReplacement("{\"unknown\":" + json(one(NASTY)) + ","));
      case 8 -> text.replaceFirst("(\"\\w+\":[^,{\\[]*,)|(\\w{1,30}=[^&]*&)", "");
      case 9 -> nested();
      case 10 -> giant(text);
      case 11 -> text + one(List.of(text, "&" + text, one(NASTY), " ", "\n{}"));
      default -> text.isEmpty() ? "" : text.substring(at) + text.substring(0, at);
    };
  }

  /// Another value in the place of one, as JSON or in a form.
  private String value(String text) {
    var values =
        Pattern.compile(
                "(?<=[:\\[,])(\"[^\"]*\"|-?[0-9.]+|true|null|\\{\\}|\\[[^\\[\\]]*\\])|(?<==)[^&]*")
            .matcher(text)
            .results()
            .toList();
    if (values.isEmpty()) {
      return one(NASTY);
    }
    var place = one(values);
    var value = text.startsWith("{") ? json(one(NASTY)) : one(NASTY);
    return text.substring(0, place.start()) + value + text.substring(place.end());
  }

  private String json(String nasty) {
    return odds(2) ? nasty : "\"" + nasty.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private String nested() {
    int depth = odds(20) ? 100_000 : 1 + random.nextInt(200);
    var open = one(List.of("[", "{\"a\":", "[{\"content\":"));
    return open.repeat(depth) + (odds(2) ? "1" : "");
  }

  private String giant(String text) {
    int length = odds(10) ? MIB - 2000 + random.nextInt(4000) : 1000 + random.nextInt(30_000);
    var filler = one(List.of("a", "9", "字", "\\n", "%41", "&a=", "\"")).repeat(length / 3);
    return text.replaceFirst("(?<=[:=])[^,&}]*", "\"" + Matcher.quoteReplacement(filler) + "\"");
  }

  private byte[] bytes(String text) {
    var bytes =
        switch (random.nextInt(30)) {
          case 0 -> text.getBytes(StandardCharsets.UTF_16);
          case 1 -> text.getBytes(StandardCharsets.UTF_16LE);
          case 2 -> text.getBytes(StandardCharsets.ISO_8859_1);
          case 3 -> noise();
          case 4 -> new byte[0];
          default -> text.getBytes(UTF_8);
        };
    if (odds(5) && bytes.length > 0) {
      for (int i = 0; i < 1 + random.nextInt(3); i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
    }
    return bytes;
  }

  private byte[] noise() {
    var out = new ByteArrayOutputStream();
    for (int i = 0, n = random.nextInt(500); i < n; i++) {
      out.write(random.nextInt(256));
    }
    return out.toByteArray();
  }
}
