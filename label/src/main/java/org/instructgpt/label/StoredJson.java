package org.instructgpt.label;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.instructgpt.records.Output;

/// JSON in the columns of the labeling tables, with enum constants in lower case.
public final class StoredJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModules(new Jdk8Module(), new SimpleModule().addSerializer(new Words()))
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_ABSENT, JsonInclude.Include.USE_DEFAULTS))
          .build();

  private static final TypeReference<List<Integer>> NUMBERS = new TypeReference<>() {};
  private static final TypeReference<List<JsonNode>> NODES = new TypeReference<>() {};

  private StoredJson() {}

  @SuppressWarnings("rawtypes") // the only class literal there is of enums
  private static final class Words extends StdSerializer<Enum> {
    @Serial private static final long serialVersionUID = 1;

    Words() {
      super(Enum.class);
    }

    @Override
    public void serialize(Enum constant, JsonGenerator out, SerializerProvider with)
        throws IOException {
      out.writeString(word(constant));
    }
  }

  public static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  public static <E extends Enum<E>> E constant(Class<E> type, String word) {
    return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
  }

  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException fault) {
      throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass(), fault);
    }
  }

  static String write(LabelerWork work) {
    try {
      // With the declared type, the mapper writes the `type` field.
      return MAPPER.writerFor(LabelerWork.class).writeValueAsString(work);
    } catch (JsonProcessingException fault) {
      throw new IllegalArgumentException("cannot be written as JSON: " + work.getClass(), fault);
    }
  }

  static LabelerWork work(String json) {
    try {
      return MAPPER.readValue(json, LabelerWork.class);
    } catch (JsonProcessingException damaged) {
      throw new IllegalStateException("expected the work of a labeler in the store", damaged);
    }
  }

  static RoundPlan plan(String json) {
    try {
      return MAPPER.readValue(json, RoundPlan.class);
    } catch (JsonProcessingException damaged) {
      throw new IllegalStateException("expected the plan of a round in the store", damaged);
    }
  }

  static List<Integer> numbers(String json) {
    return read(json, NUMBERS);
  }

  /// Outputs of a task. Old rows lack `ended`; their outputs count as ended.
  static List<Output> outputs(String json) {
    List<Output> outputs = new ArrayList<>();
    read(json, NODES)
        .forEach(node ->
            outputs.add(
                new Output(
                    node.path("text").asText(),
                    node.path("model").asText(),
                    node.path("ended").asBoolean(true))));
    return List.copyOf(outputs);
  }

  private static <T> T read(String json, TypeReference<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException damaged) {
      throw new IllegalStateException("expected a list as JSON in the store", damaged);
    }
  }
}
