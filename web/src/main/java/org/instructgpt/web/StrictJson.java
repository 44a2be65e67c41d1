package org.instructgpt.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Strict reading of JSON: everything that is not exactly as expected is refused with the field's
/// name.
final class StrictJson {
  private static final JsonSetter.Value WITHOUT_NULLS =
      JsonSetter.Value.forContentNulls(Nulls.FAIL);

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(50).build())
                  .build())
          .addModules(new Jdk8Module(), new JavaTimeModule(), wholeTexts())
          .withCoercionConfig(
              LogicalType.Textual,
              text ->
                  text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .withConfigOverride(List.class, lists -> lists.setSetterInfo(WITHOUT_NULLS))
          .withConfigOverride(Set.class, sets -> sets.setSetterInfo(WITHOUT_NULLS))
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
          .build();

  private StrictJson() {}

  /// Refuses half a surrogate pair, which JSON can write as an escape: no database would store it.
  private static SimpleModule wholeTexts() {
    return new SimpleModule()
        .addDeserializer(
            String.class,
            new StdScalarDeserializer<>(String.class) {
              private static final long serialVersionUID = 1;

              @Override
              public String deserialize(JsonParser parser, DeserializationContext context)
                  throws IOException {
                String text = StringDeserializer.instance.deserialize(parser, context);
                if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                  return context.reportInputMismatch(this, "half a surrogate pair");
                }
                return text;
              }
            });
  }

  static <T> T read(byte[] body, Class<T> type) {
    try {
      T value = MAPPER.readValue(body, type);
      if (value == null) {
        throw ApiError.invalid("", "refusal.json-broken", 1);
      }
      return value;
    } catch (JsonParseException broken) {
      throw ApiError.invalid(where(broken), "refusal.json-broken", line(broken));
    } catch (UnrecognizedPropertyException unknown) {
      throw ApiError.invalid(field(unknown), "refusal.json-unknown", field(unknown));
    } catch (ValueInstantiationException refused) {
      throw refused(refused);
    } catch (JsonMappingException wrong) {
      throw ApiError.invalid(field(wrong), "refusal.json-wrong", field(wrong));
    } catch (JsonProcessingException broken) {
      throw ApiError.invalid("", "refusal.json-broken", line(broken));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException fault) {
      throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass(), fault);
    }
  }

  /// The error of a record's constructor; its own [ApiError] unchanged.
  private static ApiError refused(ValueInstantiationException refused) {
    if (refused.getCause() instanceof ApiError error) {
      return error;
    }
    return refused.getCause() instanceof IllegalArgumentException told
        ? ApiError.invalid(
            field(refused), "refusal.json-value", field(refused), String.valueOf(told.getMessage()))
        : ApiError.invalid(field(refused), "refusal.json-wrong", field(refused));
  }

  private static String where(JsonParseException broken) {
    return Optional.ofNullable(broken.getProcessor())
        .map(parser -> parser.getParsingContext().getCurrentName())
        .orElse("");
  }

  private static int line(JsonProcessingException broken) {
    return broken.getLocation() == null ? 1 : broken.getLocation().getLineNr();
  }

  /// The path to the field, as `outputs[2].rank`.
  private static String field(JsonMappingException wrong) {
    return wrong.getPath().stream()
        .map(step ->
            step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
        .collect(Collectors.joining())
        .replaceFirst("^\\.", "");
  }
}
